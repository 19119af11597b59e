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
import type { RepositoryStatus, Status } from "../api/types";
import { progressText, shareOf } from "../pages/CollectionState";
import { dateTime, zoneName } from "../ui/dates";
import { count, percent } from "../ui/numbers";
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
        {status.repositories.length > 0 && <Repositories of={status.repositories} />}
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

const STATES: Record<RepositoryStatus["state"], string> = {
  waiting: "waits for its turn",
  syncing: "collecting",
  complete: "complete",
  unavailable: "not available",
  excluded: "excluded by a rule",
  transferred: "moved away",
  lost_access: "access lost",
  gone: "gone",
};

function Repositories({ of }: { of: RepositoryStatus[] }) {
  return (
    <table className={classes.repositories}>
      <thead>
        <tr>
          <th scope="col">Repository</th>
          <th scope="col">Pull requests</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {of.map((repository) => (
          <tr key={repository.name}>
            <th scope="row">{repository.name}</th>
            <td>
              {count(repository.stored)}
              {repository.expected !== null && ` of ${count(repository.expected)}`}
            </td>
            <td>{trouble(repository) ?? STATES[repository.state]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Why the last run did not succeed, and what to do. */
function trouble({ last_run }: RepositoryStatus): string | null {
  if (last_run === null || last_run.reason === null || last_run.outcome === "succeeded")
    return null;
  return [last_run.reason, last_run.action].filter(Boolean).join(" ");
}
