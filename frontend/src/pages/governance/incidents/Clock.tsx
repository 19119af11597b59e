import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClock,
  IconClockExclamation,
} from "@tabler/icons-react";
import classes from "./incidents.module.css";
import type { Incident } from "./queries";
import { hours } from "./times";

const ICONS = {
  running: IconClock,
  soon: IconClockExclamation,
  overdue: IconAlertTriangle,
} as const;

/** How much is left of the 72 hours, as a sign and in words; of what is decided, how. */
export function Clock({ of, now = Date.now() }: { of: Incident; now?: number }) {
  const waits = of.closed_at === null;
  const Icon =
    waits && of.standing in ICONS ? ICONS[of.standing as keyof typeof ICONS] : IconCircleCheck;
  return (
    <span className={classes.clock} data-standing={waits ? of.standing : undefined}>
      <Icon size={15} stroke={1.7} aria-hidden />
      {standingText(of, now)}
    </span>
  );
}

export function standingText(of: Incident, now: number): string {
  const left = Date.parse(of.due_at) - now;
  switch (of.standing) {
    case "running":
    case "soon":
    case "overdue":
      return left < 0 ? `overdue by ${hours(left)}` : `${hours(left)} left`;
    case "notified":
      return "authority told in time";
    case "notified_late":
      return "authority told late";
    case "not_notified":
      return "authority need not be told";
    case "no_personal_data":
      return "no personal data";
  }
}
