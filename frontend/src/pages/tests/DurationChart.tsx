import { Line, LineChart, ResponsiveContainer } from "recharts";
import classes from "../../charts/charts.module.css";
import { DurationAxis, WeekFrame, WeekTip } from "../../charts/WeekChart";
import { duration } from "../../ui/durations";
import { counted } from "../../ui/numbers";
import { LINES } from "./lines";
import own from "./TestsPage.module.css";
import type { RunWeek } from "./types";

/** Medians of each week as lines that differ in their dashes too. Gaps are weeks without a figure. */
export default function DurationChart({ weeks }: { weeks: RunWeek[] }) {
  const values = weeks.flatMap((week) => LINES.map(({ key }) => week[key] ?? 0));
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
          <DurationAxis largest={Math.max(0, ...values)} width={62} />
          <WeekFrame
            cursor={{ stroke: "var(--hairline-strong)" }}
            tip={(week: RunWeek) => <Tip week={week} />}
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

function Tip({ week }: { week: RunWeek }) {
  return (
    <WeekTip week={week} hidden={week.suppressed} gone={week.runs === null}>
      {!week.runs ? (
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
    </WeekTip>
  );
}
