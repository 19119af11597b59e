import {
  Bar,
  BarChart,
  CartesianGrid,
  Cell,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import classes from "../../charts/charts.module.css";
import { AXIS } from "../../charts/palette";
import { shortDay } from "../../ui/dates";
import { duration, durationTicks, shortDuration } from "../../ui/durations";
import type { RunWeek } from "./types";

/** Machine time of each week that went into failures which a rerun took back. */
export default function WastedChart({ weeks }: { weeks: RunWeek[] }) {
  const ticks = durationTicks(Math.max(0, ...weeks.map((week) => week.wasted_seconds ?? 0)));
  return (
    <figure className={classes.figure}>
      <ResponsiveContainer width="100%" height={266}>
        <BarChart
          data={weeks}
          margin={{ top: 8, right: 4, bottom: 0, left: 0 }}
          barCategoryGap="22%"
        >
          <CartesianGrid vertical={false} stroke="var(--hairline)" />
          <XAxis {...AXIS} dataKey="start" tickFormatter={shortDay} minTickGap={24} />
          <YAxis
            {...AXIS}
            axisLine={false}
            width={62}
            ticks={ticks}
            domain={[0, ticks.at(-1) ?? 1]}
            tickFormatter={shortDuration}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: "var(--hover)" }}
            content={({ active, payload }) =>
              active && payload?.[0] ? <WeekTip week={payload[0].payload} /> : null
            }
          />
          <Bar
            dataKey="wasted_seconds"
            fill="var(--stage-pickup)"
            maxBarSize={40}
            isAnimationActive={false}
          >
            {weeks.map((week) => (
              <Cell key={week.start} fillOpacity={week.partial ? 0.5 : 1} />
            ))}
          </Bar>
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

function WeekTip({ week }: { week: RunWeek }) {
  return (
    <div className={classes.tip}>
      <strong>
        Week of {shortDay(week.start)}
        {week.partial && ", partial"}
      </strong>
      <p>
        {week.suppressed
          ? "Hidden: fewer people than the minimum group size."
          : week.wasted_seconds === null
            ? "Nothing that ran tells its machine time."
            : `${duration(week.wasted_seconds)} wasted`}
      </p>
    </div>
  );
}
