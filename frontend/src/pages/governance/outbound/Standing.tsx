import {
  IconAlertTriangle,
  IconArrowForwardUp,
  IconCircleCheck,
  IconCircleDashed,
  IconClock,
  IconLock,
} from "@tabler/icons-react";
import { STANDINGS } from "./names";
import classes from "./outbound.module.css";
import type { Destination } from "./queries";

const ICONS = {
  waiting: IconLock,
  asked: IconCircleCheck,
  quiet: IconClock,
  never_asked: IconCircleDashed,
  led_to: IconArrowForwardUp,
  not_configured: IconAlertTriangle,
} as const;

/** How a destination stands to the configuration, as a sign and in words. */
export function Standing({ of }: { of: Destination["standing"] }) {
  const Icon = ICONS[of];
  return (
    <span className={classes.standing} data-standing={of}>
      <Icon size={15} stroke={1.7} aria-hidden />
      {STANDINGS[of].name}
    </span>
  );
}
