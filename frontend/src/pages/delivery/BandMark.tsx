import classes from "./BandMark.module.css";
import type { Band } from "./types";

const LEVELS = ["low", "medium", "high", "elite"] as const;

/** Where a figure lies by a DORA report, and what the report says of that: for reference. */
export function BandMark({ band }: { band: Band }) {
  const reached = LEVELS.indexOf(band.level);
  return (
    <p className={classes.band}>
      <span className={classes.steps} aria-hidden="true">
        {LEVELS.map((level, step) => (
          <i key={level} data-reached={step <= reached || undefined} />
        ))}
      </span>
      <span>
        <strong className={classes.level}>{band.level}</strong> in the DORA report of {band.year}:
        <span className={classes.text}>{band.text}</span>
      </span>
    </p>
  );
}
