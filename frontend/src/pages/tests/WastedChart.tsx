import classes from "../../charts/charts.module.css";
import { DurationAxis, WeekBars, WeekTip } from "../../charts/WeekChart";
import { duration } from "../../ui/durations";
import type { RunWeek } from "./types";

const PARTS = [{ key: "wasted", name: "Wasted time", colour: "var(--stage-pickup)" }] as const;

/** Machine time of each week that went into failures which a rerun took back. */
export default function WastedChart({ weeks }: { weeks: RunWeek[] }) {
  const largest = Math.max(0, ...weeks.map((week) => week.wasted_seconds ?? 0));
  return (
    <figure className={classes.figure}>
      <WeekBars
        weeks={weeks}
        parts={PARTS}
        of={(week) => week.wasted_seconds}
        height={266}
        axis={<DurationAxis largest={largest} width={62} />}
        tip={(week) => (
          <WeekTip week={week} hidden={week.suppressed} gone={week.runs === null}>
            <p>
              {week.wasted_seconds === null
                ? "Nothing that ran tells its machine time."
                : `${duration(week.wasted_seconds)} wasted`}
            </p>
          </WeekTip>
        )}
      />
    </figure>
  );
}
