import { YAxis } from "recharts";
import { counted } from "../ui/numbers";
import classes from "./charts.module.css";
import { AXIS } from "./palette";
import { WeekBars, WeekTip } from "./WeekChart";

export type IssuesOfWeek = {
  start: string;
  partial: boolean;
  /** It is about too few people to be told. */
  hidden: boolean;
  done: number;
  /** At the week's end; null: not told. */
  inProgress: number | null;
};

const PARTS = [{ key: "done", name: "Done", colour: "var(--bar)" }] as const;

/** How many issues were done each week. */
export default function IssuesChart({ weeks }: { weeks: IssuesOfWeek[] }) {
  return (
    <figure className={classes.figure}>
      <WeekBars
        weeks={weeks}
        parts={PARTS}
        of={(week, part) => week[part]}
        height={260}
        axis={<YAxis {...AXIS} axisLine={false} width={36} allowDecimals={false} />}
        tip={(week) => (
          <WeekTip week={week} hidden={week.hidden}>
            <p>{counted(week.done, "issue")} done</p>
            {week.inProgress !== null && <p>{week.inProgress} in progress at its end</p>}
          </WeekTip>
        )}
      />
    </figure>
  );
}
