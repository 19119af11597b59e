import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconRefresh,
} from "@tabler/icons-react";
import classes from "./OutcomeMark.module.css";
import type { DeploymentRow } from "./types";

const MARKS = {
  held: { Icon: IconCircleCheck, name: "Succeeded" },
  failing: { Icon: IconAlertTriangle, name: "Failed in use" },
  failed: { Icon: IconCircleX, name: "Did not come up" },
  in_progress: { Icon: IconClock, name: "Under way" },
} as const;

type Told = Pick<DeploymentRow, "outcome" | "failed_in_use" | "role">;

export function outcomeOf({ outcome, failed_in_use: failing }: Told) {
  if (outcome !== "succeeded") return outcome;
  return failing ? "failing" : "held";
}

/** What became of a deployment, as a sign and in words; and whether it went back. */
export function OutcomeMark({ of }: { of: Told }) {
  const outcome = outcomeOf(of);
  const { Icon, name } = MARKS[outcome];
  return (
    <span>
      <span className={classes.mark} data-outcome={outcome}>
        <Icon size={15} stroke={1.7} aria-hidden />
        {name}
      </span>{" "}
      {of.role === "rollback" && (
        <span className={classes.mark} data-outcome="rollback">
          <IconRefresh size={14} stroke={1.7} aria-hidden />
          Rollback
        </span>
      )}{" "}
      {of.role === "baseline" && <span className={classes.role}>first known</span>}
    </span>
  );
}
