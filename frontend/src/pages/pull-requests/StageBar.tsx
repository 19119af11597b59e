import type { PullRequestRow } from "../../api/types";
import { STAGES } from "../../charts/palette";
import { duration } from "../../ui/durations";
import classes from "./StageBar.module.css";

type Seconds = Pick<
  PullRequestRow,
  "cycle_seconds" | "coding_seconds" | "pickup_seconds" | "review_seconds" | "merge_seconds"
>;

type Part = { name: string; colour: string; seconds: number };

/** The stages that took time. What no stage accounts for is the wait of one that was merged without a review. */
export function partsOf(of: Seconds): Part[] {
  const known = STAGES.map(({ key, name, colour }) => ({
    name,
    colour,
    seconds: of[`${key}_seconds`] ?? 0,
  }));
  const sum = known.reduce((total, part) => total + part.seconds, 0);
  const rest = of.cycle_seconds === null ? 0 : of.cycle_seconds - sum;
  const [coding, ...others] = known;
  const waited = { name: "No review", colour: "var(--stage-pickup)", seconds: rest };
  return (coding ? [coding, waited, ...others] : []).filter((part) => part.seconds > 0);
}

/** A pull request's stages as one bar that fills its place. */
export function StageBar({ of, tall = false }: { of: Seconds; tall?: boolean }) {
  const parts = partsOf(of);
  if (parts.length === 0) return null;
  const total = parts.reduce((sum, part) => sum + part.seconds, 0);
  const said = parts.map((part) => `${part.name} ${duration(part.seconds)}`).join(", ");
  return (
    <span
      className={classes.bar}
      data-tall={tall || undefined}
      role="img"
      aria-label={said}
      title={said}
    >
      {parts.map((part) => (
        <span key={part.name} style={{ flexGrow: part.seconds / total, background: part.colour }} />
      ))}
    </span>
  );
}
