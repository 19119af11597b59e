import { Line, YAxis } from "recharts";
import { counted } from "../ui/numbers";
import classes from "./charts.module.css";
import { AXIS } from "./palette";
import { Legend, WeekBars, WeekTip } from "./WeekChart";

export type IssuesOfWeek = {
  start: string;
  partial: boolean;
  /** It is about too few people to be told. */
  hidden: boolean;
  /** Null: not told. */
  done: number | null;
  /** At the week's end; null: not told. */
  inProgress: number | null;
};

const DONE = { key: "done", name: "Done", colour: "var(--bar)", meaning: "in the week" } as const;
const GOING = {
  key: "inProgress",
  name: "In progress",
  colour: "var(--stage-pickup)",
  meaning: "at its end",
} as const;

/** How many issues were done each week, and over that how many were in progress at its end. */
export default function IssuesChart({ weeks }: { weeks: IssuesOfWeek[] }) {
  return (
    <figure className={classes.figure}>
      <Legend parts={[DONE, GOING]} />
      <WeekBars
        weeks={weeks}
        parts={[DONE]}
        of={(week, part) => week[part]}
        height={320}
        axis={<YAxis {...AXIS} axisLine={false} width={36} allowDecimals={false} />}
        tip={(week) => (
          <WeekTip week={week} hidden={week.hidden} gone={week.done === null}>
            <p>{counted(week.done ?? 0, "issue")} done</p>
            {week.inProgress !== null && <p>{week.inProgress} in progress at its end</p>}
          </WeekTip>
        )}
      >
        <Line
          dataKey={GOING.key}
          stroke={GOING.colour}
          strokeWidth={2}
          dot={{ r: 3, fill: GOING.colour, strokeWidth: 0 }}
          activeDot={false}
          isAnimationActive={false}
        />
      </WeekBars>
    </figure>
  );
}
