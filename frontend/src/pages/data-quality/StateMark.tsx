import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconClock,
  IconRefresh,
} from "@tabler/icons-react";
import type { KindEntry } from "../../api/types";
import { STATES } from "./names";
import classes from "./StateMark.module.css";

const ICONS = {
  complete: IconCircleCheck,
  collecting: IconRefresh,
  waiting: IconClock,
  incomplete: IconAlertTriangle,
  unavailable: IconBan,
} as const;

/** A state as a sign, with its name beside it or for those who hear the page. */
export function StateMark({
  state,
  named = false,
}: {
  state: KindEntry["state"];
  named?: boolean;
}) {
  const Icon = ICONS[state];
  return (
    <span className={classes.mark} data-state={state}>
      {named ? (
        <Icon size={15} stroke={1.7} aria-hidden />
      ) : (
        <Icon size={15} stroke={1.7} role="img" aria-label={STATES[state]} />
      )}
      {named && STATES[state]}
    </span>
  );
}
