import type { ReactNode } from "react";
import {
  Bar,
  CartesianGrid,
  Cell,
  ComposedChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { shortDay } from "../ui/dates";
import { durationTicks, shortDuration } from "../ui/durations";
import classes from "./charts.module.css";
import { AXIS } from "./palette";

/** What the charts of weeks share. */

type Week = { start: string; partial: boolean };
type Part<Key> = { key: Key; name: string; colour: string; meaning: string };

/** Within a chart of weeks: its lines, their days, and what it tells of the one pointed at. */
export function WeekFrame<W extends Week>({
  cursor,
  tip,
  sayStart = shortDay,
}: {
  cursor: { fill?: string; stroke?: string };
  tip: (week: W) => ReactNode;
  sayStart?: (day: string) => string;
}) {
  return (
    <>
      <CartesianGrid vertical={false} stroke="var(--hairline)" />
      <XAxis {...AXIS} dataKey="start" tickFormatter={sayStart} minTickGap={24} />
      <Tooltip
        isAnimationActive={false}
        cursor={cursor}
        content={({ active, payload }) => (active && payload?.[0] ? tip(payload[0].payload) : null)}
      />
    </>
  );
}

/** Durations upward, to the whole ones that fit. */
export function DurationAxis({ largest, width }: { largest: number; width: number }) {
  const ticks = durationTicks(largest);
  return (
    <YAxis
      {...AXIS}
      axisLine={false}
      width={width}
      ticks={ticks}
      domain={[0, ticks.at(-1) ?? 1]}
      tickFormatter={shortDuration}
    />
  );
}

/** A bar for each week (or month: `sayStart` names it), of parts one upon the other. Weeks that are not whole are paler. */
export function WeekBars<W extends Week, Key extends string>({
  weeks,
  parts,
  of,
  height,
  axis,
  tip,
  sayStart,
  widest = 40,
  children,
}: {
  weeks: W[];
  parts: readonly Omit<Part<Key>, "meaning">[];
  of: (week: W, part: Key) => number | null;
  height: number;
  axis: ReactNode;
  tip: (week: W) => ReactNode;
  sayStart?: (day: string) => string;
  /** Of a bar, in pixels. */
  widest?: number;
  /** Lines over the bars. */
  children?: ReactNode;
}) {
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ComposedChart
        data={weeks}
        margin={{ top: 8, right: 4, bottom: 0, left: 0 }}
        barCategoryGap="22%"
      >
        {axis}
        <WeekFrame cursor={{ fill: "var(--hover)" }} tip={tip} sayStart={sayStart} />
        {parts.map((part) => (
          <Bar
            key={part.key}
            stackId="parts"
            name={part.name}
            dataKey={(week: W) => of(week, part.key)}
            fill={part.colour}
            stroke="var(--surface)"
            strokeWidth={1}
            maxBarSize={widest}
            isAnimationActive={false}
          >
            {weeks.map((week) => (
              <Cell key={week.start} fillOpacity={week.partial ? 0.5 : 1} />
            ))}
          </Bar>
        ))}
        {children}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

export function Legend({ parts }: { parts: readonly Part<string>[] }) {
  return (
    <ul className={classes.legend}>
      {parts.map((part) => (
        <li key={part.key}>
          <Swatch colour={part.colour} />
          {part.name} <span>{part.meaning}</span>
        </li>
      ))}
    </ul>
  );
}

export function Swatch({ colour }: { colour: string }) {
  return <i className={classes.swatch} style={{ background: colour }} />;
}

export const OLDER = "Older than what is kept.";

/** What is said of one week; of one about too few people, or of which nothing is kept, only that. */
export function WeekTip({
  week,
  hidden,
  gone,
  children,
}: {
  week: Week;
  hidden: boolean;
  gone: boolean;
  children: ReactNode;
}) {
  return (
    <div className={classes.tip}>
      <strong>
        Week of {shortDay(week.start)}
        {week.partial && ", partial"}
      </strong>
      {hidden ? <p>Hidden: it would tell of too few people.</p> : gone ? <p>{OLDER}</p> : children}
    </div>
  );
}
