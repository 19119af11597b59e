import { UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { Fragment } from "react";
import type { KindEntry, RepositoryCompleteness } from "../../api/types";
import { dateTime } from "../../ui/dates";
import { FactTable } from "../../ui/FactTable";
import { count } from "../../ui/numbers";
import { ScrollRegion } from "../../ui/ScrollRegion";
import { Cell, LastRun } from "./Cells";
import { KINDS, REPOSITORY_KINDS, REPOSITORY_STATES } from "./names";
import classes from "./RepositoryTable.module.css";
import { StateMark } from "./StateMark";

/** Repositories by kinds. A row opens into what is known of each kind. */
export function RepositoryTable({
  repositories,
  open,
  timeZone,
  onOpen,
}: {
  repositories: RepositoryCompleteness[];
  open: number | undefined;
  timeZone: string;
  onOpen: (id: number | undefined) => void;
}) {
  return (
    <ScrollRegion className={classes.scroll} label="Repositories and kinds">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Repository</th>
            {REPOSITORY_KINDS.map(([kind, name]) => (
              <th key={kind} scope="col" data-numeric data-wide>
                {name}
              </th>
            ))}
            <th scope="col" data-wide>
              Last run
            </th>
          </tr>
        </thead>
        <tbody>
          {repositories.map((repository) => {
            const isOpen = repository.id === open;
            return (
              <Fragment key={repository.id}>
                <tr data-left={repository.state !== "active" || undefined}>
                  <th scope="row">
                    <Name
                      of={repository}
                      isOpen={isOpen}
                      onToggle={() => onOpen(isOpen ? undefined : repository.id)}
                    />
                  </th>
                  {repository.kinds.map((entry) => (
                    <td key={entry.kind} data-numeric data-wide>
                      <Cell of={entry} isRead={repository.state === "active"} />
                    </td>
                  ))}
                  <td data-wide>
                    <LastRun of={repository.last_run} timeZone={timeZone} />
                  </td>
                </tr>
                {isOpen && (
                  <tr>
                    <td colSpan={REPOSITORY_KINDS.length + 2}>
                      <Details of={repository} timeZone={timeZone} />
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function Name({
  of,
  isOpen,
  onToggle,
}: {
  of: RepositoryCompleteness;
  isOpen: boolean;
  onToggle: () => void;
}) {
  const Icon = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <div>
      <UnstyledButton className={classes.name} aria-expanded={isOpen} onClick={onToggle}>
        <Icon size={14} stroke={1.8} aria-hidden />
        {of.name}
      </UnstyledButton>
      {of.state !== "active" && (
        <p className={classes.left}>
          {[REPOSITORY_STATES[of.state], of.reason].filter(Boolean).join(": ")}
        </p>
      )}
      {of.state === "active" && <Summary of={of} />}
    </div>
  );
}

/** Instead of the columns where there is no room for them. */
function Summary({ of }: { of: RepositoryCompleteness }) {
  const rest = of.kinds.filter((entry) => entry.state !== "complete");
  return (
    <p className={classes.summary}>
      {rest.length === 0
        ? "All kinds are complete"
        : `${of.kinds.length - rest.length} of ${of.kinds.length} kinds complete`}
    </p>
  );
}

function Details({ of, timeZone }: { of: RepositoryCompleteness; timeZone: string }) {
  const moment = (at: string | null) => (at === null ? "–" : dateTime(at, timeZone));
  const run = of.last_run;
  return (
    <div className={classes.details}>
      <FactTable
        caption={`Kinds of ${of.name}`}
        rows={of.kinds}
        rowKey={(entry) => entry.kind}
        columns={[
          { name: "Kind", cell: (entry) => KINDS[entry.kind] },
          { name: "State", cell: (entry) => <StateMark state={entry.state} named /> },
          { name: "At the source", numeric: true, cell: (entry) => numberOr(entry.source) },
          { name: "Stored", numeric: true, cell: (entry) => numberOr(entry.stored) },
          { name: "Difference", numeric: true, cell: (entry) => numberOr(entry.difference) },
          { name: "Counted", numeric: true, cell: (entry) => moment(entry.counted_at) },
          { name: "Whole up to", numeric: true, cell: (entry) => moment(entry.complete_to) },
          {
            name: "Why",
            cell: (entry) => <span className={classes.why}>{why(entry)}</span>,
          },
        ]}
      />
      {run?.finished_at && (
        <p className={classes.lastRun}>
          Last run: {run.outcome}, {dateTime(run.finished_at, timeZone)}.{" "}
          {[run.reason, run.action].filter(Boolean).join(" ")}
        </p>
      )}
    </div>
  );
}

function numberOr(value: number | null): string {
  return value === null ? "–" : count(value);
}

function why(entry: KindEntry): string {
  if (entry.reason !== null) return entry.reason;
  if (entry.difference !== null && entry.difference < 0) {
    return "Kept here though the source has forgotten it.";
  }
  return "";
}
