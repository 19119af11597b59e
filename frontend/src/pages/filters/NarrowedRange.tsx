import type { Figures } from "../../api/types";
import { dayRange } from "../../ui/dates";
import classes from "./AlsoInRange.module.css";

/** Says so where figures are about less than was asked for. */
export function NarrowedRange({ range }: { range: Figures["range"] }) {
  if (!range.narrowed) return null;
  return (
    <p className={classes.said} role="note">
      Figures of {dayRange(range.from, range.to)}: of more days they would tell of the work of too
      few people.
    </p>
  );
}
