import type { PullRequestRow } from "../../api/types";
import { STAGES } from "../../charts/palette";
import { duration } from "../../ui/durations";
import classes from "./StageBar.module.css";

type Seconds = Pick<
  PullRequestRow,
  "coding_seconds" | "pickup_seconds" | "review_seconds" | "merge_seconds"
>;

/** The stages that took time, as one bar that fills its place. */
export function StageBar({ of, tall = false }: { of: Seconds; tall?: boolean }) {
  const parts = STAGES.map((stage) => ({ ...stage, seconds: of[`${stage.key}_seconds`] ?? 0 }));
  const total = parts.reduce((sum, part) => sum + part.seconds, 0);
  if (total === 0) return null;
  const said = parts
    .filter((part) => part.seconds > 0)
    .map((part) => `${part.name} ${duration(part.seconds)}`)
    .join(", ");
  return (
    <span
      className={classes.bar}
      data-tall={tall || undefined}
      role="img"
      aria-label={said}
      title={said}
    >
      {parts.map(
        (part) =>
          part.seconds > 0 && (
            <span
              key={part.key}
              style={{ flexGrow: part.seconds / total, background: part.colour }}
            />
          ),
      )}
    </span>
  );
}
