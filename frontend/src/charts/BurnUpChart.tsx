import {
  CartesianGrid,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { dayOf, shortDay } from "../ui/dates";
import { count } from "../ui/numbers";
import classes from "./charts.module.css";
import { AXIS } from "./palette";
import { Legend } from "./WeekChart";

/** Null: not known. */
export type BurnUp = { at: string; scope: number | null; done: number | null };

const LINES = [
  { key: "scope", name: "Scope", colour: "var(--text-soft)", meaning: "what is in the sprint" },
  { key: "done", name: "Done", colour: "var(--bar)", meaning: "of that, what is done" },
] as const;

/** How a sprint's scope and what of it is done came along, day by day. */
export default function BurnUpChart({ points, timeZone }: { points: BurnUp[]; timeZone: string }) {
  const day = (at: string) => shortDay(dayOf(at, timeZone));
  return (
    <figure className={classes.figure}>
      <Legend parts={LINES} />
      <ResponsiveContainer width="100%" height={240}>
        <LineChart data={points} margin={{ top: 8, right: 8, bottom: 0, left: 0 }}>
          <CartesianGrid vertical={false} stroke="var(--hairline)" />
          <XAxis {...AXIS} dataKey="at" tickFormatter={day} minTickGap={32} />
          <YAxis {...AXIS} axisLine={false} width={36} allowDecimals={false} domain={[0, "auto"]} />
          <Tooltip
            isAnimationActive={false}
            content={({ active, payload }) => {
              const point: BurnUp | undefined = payload?.[0]?.payload;
              return active && point ? (
                <div className={classes.tip}>
                  <strong>{day(point.at)}</strong>
                  <p>
                    {said(point.done)} of {said(point.scope)} done
                  </p>
                </div>
              ) : null;
            }}
          />
          {LINES.map((line) => (
            <Line
              key={line.key}
              type="stepAfter"
              dataKey={line.key}
              stroke={line.colour}
              strokeWidth={2}
              strokeDasharray={line.key === "scope" ? "6 4" : undefined}
              dot={false}
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </figure>
  );
}

function said(value: number | null): string {
  return value === null ? "not known" : count(value);
}
