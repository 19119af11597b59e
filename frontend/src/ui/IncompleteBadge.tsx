import { Popover, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./IncompleteBadge.module.css";

/** Beside a figure that rests on incomplete data: says so, and why when asked. */
export function IncompleteBadge({
  of,
  reason,
  more,
}: {
  /** The name of the figure. */
  of: string;
  reason: string;
  /** Where to read on. */
  more?: ReactNode;
}) {
  return (
    <Popover width={300} position="bottom-start" shadow="md" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <UnstyledButton className={classes.badge} aria-label={`${of} rests on incomplete data`}>
          <IconAlertTriangle size={14} stroke={1.8} aria-hidden />
          <span className={classes.word}>Incomplete</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown
        className={classes.card}
        aria-label={`Why ${of.toLowerCase()} is incomplete`}
      >
        <p className={classes.title}>Rests on incomplete data</p>
        <p>{reason}</p>
        {more && <p>{more}</p>}
      </Popover.Dropdown>
    </Popover>
  );
}
