import type { Figures } from "../../api/types";
import { dayRange } from "../../ui/dates";
import frame from "../../ui/Page.module.css";

/** Says so where figures are about less than was asked for. */
export function NarrowedRange({ range }: { range: Figures["range"] }) {
  if (!range.narrowed) return null;
  return (
    <p className={frame.hint} role="note">
      <strong>The figures are of {dayRange(range.from, range.to)} only.</strong> With the other days
      of your range they would tell of the work of too few people.
    </p>
  );
}
