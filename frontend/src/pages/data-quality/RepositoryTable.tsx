import { UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { Fragment } from "react";
import type { KindEntry, RepositoryCompleteness } from "../../api/types";
import { dateTime } from "../../ui/dates";
import { FactTable } from "../../ui/FactTable";
import { count } from "../../ui/numbers";
import { ScrollRegion } from "../../ui/ScrollRegion";
import { KINDS, REPOSITORY_STATES } from "./names";
import classes from "./RepositoryTable.module.css";
import { StateMark } from "./StateMark";

const NAMES = Object.entries(KINDS) as [KindEntry["kind"], string][];

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
            {NAMES.map(([kind, name]) => (
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
                    <LastRun of={repository} timeZone={timeZone} />
                  </td>
                </tr>
                {isOpen && (
                  <tr>
                    <td colSpan={NAMES.length + 2}>
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

/** A number where there is one: of a complete kind what is stored, of another how far it is. */
function Cell({ of, isRead }: { of: KindEntry; isRead: boolean }) {
  const said =
    of.stored === null
      ? "–"
      : of.source === null || of.stored >= of.source
        ? count(of.stored)
        : `${count(of.stored)} of ${count(of.source)}`;
  if (!isRead) return <span className={classes.kept}>{said}</span>;
  return (
    <span className={classes.cell} title={of.reason ?? undefined}>
      {said}
      <StateMark state={of.state} />
    </span>
  );
}

function LastRun({ of, timeZone }: { of: RepositoryCompleteness; timeZone: string }) {
  if (of.last_run?.finished_at == null) return <span className={classes.kept}>none yet</span>;
  return (
    <>
      {dateTime(of.last_run.finished_at, timeZone)}
      {of.last_run.outcome !== "succeeded" && (
        <span className={classes.outcome}>{of.last_run.outcome}</span>
      )}
    </>
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
