import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClock,
  IconClockExclamation,
} from "@tabler/icons-react";
import { counted } from "../../../ui/numbers";
import { STATES } from "../../your-data/names";
import type { SubjectRequest } from "./queries";
import classes from "./requests.module.css";

const ICONS = {
  in_time: IconClock,
  due_in_7_days: IconClockExclamation,
  due_in_2_days: IconClockExclamation,
  overdue: IconAlertTriangle,
} as const;

/** How much time is left, as a sign and in words; of what is closed, how it ended. */
export function Clock({ of }: { of: SubjectRequest }) {
  const Icon = of.timing ? ICONS[of.timing] : IconCircleCheck;
  return (
    <span className={classes.clock} data-timing={of.timing ?? undefined}>
      <Icon size={15} stroke={1.7} aria-hidden />
      {of.days_left === null ? STATES[of.state] : leftText(of.days_left)}
    </span>
  );
}

export function leftText(days: number): string {
  if (days < 0) return `overdue by ${counted(-days, "day")}`;
  return days === 0 ? "due today" : `${counted(days, "day")} left`;
}
