import {
  CartesianGrid,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import classes from "../../charts/charts.module.css";
import { AXIS } from "../../charts/palette";
import { shortDay } from "../../ui/dates";
import { duration, durationTicks, shortDuration } from "../../ui/durations";
import { counted } from "../../ui/numbers";
import { LINES } from "./lines";
import own from "./TestsPage.module.css";
import type { RunWeek } from "./types";

/** Medians of each week as lines that differ in their dashes too. Gaps are weeks without a figure. */
export default function DurationChart({ weeks }: { weeks: RunWeek[] }) {
  const values = weeks.flatMap((week) => LINES.map(({ key }) => week[key] ?? 0));
  const ticks = durationTicks(Math.max(0, ...values));
  return (
    <figure className={classes.figure}>
      <ul className={classes.legend}>
        {LINES.map((line) => (
          <li key={line.key}>
            <svg className={own.lineMark} width={22} height={10} aria-hidden>
              <line
                x1={0}
                x2={22}
                y1={5}
                y2={5}
                stroke={line.colour}
                strokeWidth={2}
                strokeDasharray={line.dashes}
              />
            </svg>
            {line.name} <span>{line.meaning}</span>
          </li>
        ))}
      </ul>
      <ResponsiveContainer width="100%" height={240}>
        <LineChart data={weeks} margin={{ top: 8, right: 12, bottom: 0, left: 0 }}>
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
            cursor={{ stroke: "var(--hairline-strong)" }}
            content={({ active, payload }) =>
              active && payload?.[0] ? <WeekTip week={payload[0].payload} /> : null
            }
          />
          {LINES.map((line) => (
            <Line
              key={line.key}
              name={line.name}
              dataKey={line.key}
              type="linear"
              stroke={line.colour}
              strokeWidth={2}
              strokeDasharray={line.dashes}
              dot={{ r: 2.5, fill: line.colour, strokeDasharray: "0" }}
              connectNulls={false}
              isAnimationActive={false}
            />
          ))}
        </LineChart>
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
      {week.suppressed ? (
        <p>Hidden: fewer people than the minimum group size.</p>
      ) : week.runs === 0 || week.runs === null ? (
        <p>Nothing ran.</p>
      ) : (
        <>
          <p>{counted(week.runs, "run")}</p>
          <dl>
            {LINES.map(({ key, name }) => {
              const value = week[key];
              return (
                <div key={key}>
                  <dt>{name}</dt>
                  <dd>{value === null ? "–" : duration(value)}</dd>
                </div>
              );
            })}
          </dl>
        </>
      )}
    </div>
  );
}
