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
import type { Week } from "../api/types";
import { shortDay } from "../ui/dates";
import { duration, durationTicks, shortDuration } from "../ui/durations";
import { counted } from "../ui/numbers";
import classes from "./charts.module.css";
import { AXIS, STAGES } from "./palette";

/** The median cycle time of each week, divided into its stages. Gaps are weeks without a figure. */
export default function StagesChart({ weeks }: { weeks: Week[] }) {
  const largest = Math.max(0, ...weeks.map((week) => week.cycle_time_median ?? 0));
  const ticks = durationTicks(largest);
  return (
    <figure className={classes.figure}>
      <ul className={classes.legend}>
        {STAGES.map((stage) => (
          <li key={stage.key}>
            <i className={classes.swatch} style={{ background: stage.colour }} />
            {stage.name} <span>{stage.meaning}</span>
          </li>
        ))}
      </ul>
      <ResponsiveContainer width="100%" height={260}>
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
            width={48}
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
          {STAGES.map((stage) => (
            <Bar
              key={stage.key}
              stackId="stages"
              name={stage.name}
              dataKey={(week: Week) => week.stages?.[stage.key] ?? null}
              fill={stage.colour}
              stroke="var(--surface)"
              strokeWidth={1}
              maxBarSize={40}
              isAnimationActive={false}
            >
              {weeks.map((week) => (
                <Cell key={week.start} fillOpacity={week.partial ? 0.5 : 1} />
              ))}
            </Bar>
          ))}
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

function WeekTip({ week }: { week: Week }) {
  return (
    <div className={classes.tip}>
      <strong>
        Week of {shortDay(week.start)}
        {week.partial && ", partial"}
      </strong>
      {week.suppressed ? (
        <p>Hidden: fewer people than the minimum group size.</p>
      ) : week.stages === null || week.cycle_time_median === null ? (
        <p>Nothing merged.</p>
      ) : (
        <>
          <p>
            Median {duration(week.cycle_time_median)}, {counted(week.n ?? 0, "pull request")}
          </p>
          <dl>
            {[...STAGES].reverse().map((stage) => (
              <div key={stage.key}>
                <dt>
                  <i className={classes.swatch} style={{ background: stage.colour }} />
                  {stage.name}
                </dt>
                <dd>{duration(week.stages?.[stage.key] ?? 0)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </div>
  );
}
