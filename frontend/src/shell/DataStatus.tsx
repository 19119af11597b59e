import { Popover, Progress, UnstyledButton } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconPlugConnectedX,
  IconRefresh,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { statusQuery } from "../api/queries";
import type { Status } from "../api/types";
import { progressText, shareOf } from "../pages/CollectionState";
import { dateTime, zoneName } from "../ui/dates";
import { percent } from "../ui/numbers";
import classes from "./DataStatus.module.css";

const ICONS = {
  ready: IconCircleCheck,
  syncing: IconRefresh,
  not_connected: IconPlugConnectedX,
  misconfigured: IconAlertTriangle,
} as const;

/** How complete and how fresh everything on the page is. */
export function DataStatus({ timeZone }: { timeZone: string }) {
  const { data: status } = useQuery(statusQuery);
  if (status === undefined) return null;
  const Icon = ICONS[status.state];
  const name = nameOf(status);
  return (
    <Popover width={380} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton
          className={classes.button}
          data-state={status.state}
          aria-label={`Data status: ${name}`}
        >
          <Icon size={16} stroke={1.6} aria-hidden />
          <span className={classes.name}>{name}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.card}>
        <h2 className={classes.title}>{name}</h2>
        <Details status={status} timeZone={timeZone} />
        <p className={classes.more}>
          <Link to="/data-quality">All about the data's quality</Link>
        </p>
      </Popover.Dropdown>
    </Popover>
  );
}

function nameOf(status: Status): string {
  if (status.state === "ready") return "Data complete";
  if (status.state === "not_connected") return "Not connected";
  if (status.state === "misconfigured") return "Needs attention";
  const share = shareOf(status);
  return share === null ? "Collecting" : `Collecting, ${percent(share)}`;
}

function Details({ status, timeZone }: { status: Status; timeZone: string }) {
  const share = status.state === "syncing" ? shareOf(status) : null;
  return (
    <>
      {(status.state === "ready" || status.state === "syncing") && (
        <p>{progressText(status, timeZone)}</p>
      )}
      {share !== null && <Progress value={share * 100} size={6} aria-label="Collected so far" />}
      {status.reason && <p>{status.reason}</p>}
      {status.action && <p>{status.action}</p>}
      {status.fresh_to && (
        <p className={classes.soft}>
          Everything that changed before {dateTime(status.fresh_to, timeZone)} ({zoneName(timeZone)}
          ) is stored.
        </p>
      )}
    </>
  );
}
