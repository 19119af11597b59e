import { YAxis } from "recharts";
import { axisBytes, bytes, byteTicks } from "../ui/bytes";
import { shortDay } from "../ui/dates";
import { counted } from "../ui/numbers";
import classes from "./charts.module.css";
import { AXIS } from "./palette";
import { Legend, Swatch, WeekBars } from "./WeekChart";

export type BytesOfDay = {
  /** The day. */
  start: string;
  /** It is not over. */
  partial: boolean;
  sent: number;
  received: number;
  requests: number;
};

const PARTS = [
  { key: "received", name: "Received", colour: "var(--bar)", meaning: "answers" },
  { key: "sent", name: "Sent", colour: "var(--stage-pickup)", meaning: "questions" },
] as const;

/** How much went out and came back each day. */
export default function BytesChart({ days, height }: { days: BytesOfDay[]; height: number }) {
  const ticks = byteTicks(Math.max(...days.map((day) => day.sent + day.received)));
  return (
    <figure className={classes.figure}>
      <Legend parts={PARTS} />
      <WeekBars
        weeks={days}
        parts={PARTS}
        of={(day, part) => day[part]}
        height={height}
        axis={
          <YAxis
            {...AXIS}
            axisLine={false}
            width={56}
            ticks={ticks}
            domain={[0, ticks.at(-1) ?? 1]}
            tickFormatter={axisBytes}
          />
        }
        tip={(day) => <Tip day={day} />}
      />
    </figure>
  );
}

function Tip({ day }: { day: BytesOfDay }) {
  return (
    <div className={classes.tip}>
      <strong>
        {shortDay(day.start)}
        {day.partial && ", not over"}
      </strong>
      <p>{day.requests === 0 ? "Nothing left." : counted(day.requests, "request")}</p>
      <dl>
        {PARTS.map((part) => (
          <div key={part.key}>
            <dt>
              <Swatch colour={part.colour} />
              {part.name}
            </dt>
            <dd>{bytes(day[part.key])}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
