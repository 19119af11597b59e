import { YAxis } from "recharts";
import { percent } from "../ui/numbers";
import classes from "./charts.module.css";
import { AXIS } from "./palette";
import { OLDER, Swatch, WeekBars } from "./WeekChart";

type Part = { key: string; name: string; colour: string };
export type SharesOfMonth = {
  start: string;
  name: string;
  partial: boolean;
  /** Older than what is kept. */
  gone: boolean;
  /** By part; empty: nothing. */
  shares: Record<string, number>;
  said: (key: string) => string;
};

/** Each month's shares, one upon the other up to the whole. */
export default function SharesChart({ months, parts }: { months: SharesOfMonth[]; parts: Part[] }) {
  return (
    <figure className={classes.figure}>
      <ul className={classes.legend}>
        {parts.map((part) => (
          <li key={part.key}>
            <Swatch colour={part.colour} />
            {part.name}
          </li>
        ))}
      </ul>
      <WeekBars
        weeks={months}
        parts={parts}
        of={(month, part) => month.shares[part] ?? null}
        height={280}
        sayStart={(start) => months.find((month) => month.start === start)?.name ?? ""}
        widest={88}
        axis={
          <YAxis
            {...AXIS}
            axisLine={false}
            width={56}
            domain={[0, 1]}
            ticks={[0, 0.25, 0.5, 0.75, 1]}
            tickFormatter={percent}
          />
        }
        tip={(month) => <Tip month={month} parts={parts} />}
      />
    </figure>
  );
}

function Tip({ month, parts }: { month: SharesOfMonth; parts: Part[] }) {
  const title = (
    <strong>
      {month.name}
      {month.partial && ", partial"}
    </strong>
  );
  if (month.gone) {
    return (
      <div className={classes.tip}>
        {title}
        <p>{OLDER}</p>
      </div>
    );
  }
  return (
    <div className={classes.tip}>
      {title}
      <dl>
        {[...parts].reverse().map((part) => (
          <div key={part.key}>
            <dt>
              <Swatch colour={part.colour} />
              {part.name}
            </dt>
            <dd>
              {percent(month.shares[part.key] ?? 0)} ({month.said(part.key)})
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
