import type { Week } from "../api/types";
import { duration } from "../ui/durations";
import { counted } from "../ui/numbers";
import classes from "./charts.module.css";
import { STAGES } from "./palette";
import { DurationAxis, Legend, Swatch, WeekBars, WeekTip } from "./WeekChart";

/** The median cycle time of each week, divided into its stages. Gaps are weeks without a figure. */
export default function StagesChart({ weeks }: { weeks: Week[] }) {
  const largest = Math.max(0, ...weeks.map((week) => week.cycle_time_median ?? 0));
  return (
    <figure className={classes.figure}>
      <Legend parts={STAGES} />
      <WeekBars
        weeks={weeks}
        parts={STAGES}
        of={(week, stage) => week.stages?.[stage] ?? null}
        height={260}
        axis={<DurationAxis largest={largest} width={48} />}
        tip={(week) => <Tip week={week} />}
      />
    </figure>
  );
}

function Tip({ week }: { week: Week }) {
  return (
    <WeekTip week={week} hidden={week.suppressed} gone={week.n === null}>
      {week.stages === null || week.cycle_time_median === null ? (
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
                  <Swatch colour={stage.colour} />
                  {stage.name}
                </dt>
                <dd>{duration(week.stages?.[stage.key] ?? 0)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </WeekTip>
  );
}
