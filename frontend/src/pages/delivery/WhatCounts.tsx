import { Button } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { Me } from "../../api/types";
import { dayOf, fullDay } from "../../ui/dates";
import { FactTable } from "../../ui/FactTable";
import { count, counted } from "../../ui/numbers";
import { TableSection } from "../../ui/TableSection";
import { TableSkeleton } from "../../ui/TableSkeleton";
import type { Scope } from "../filters/search";
import { SOURCES } from "./names";
import type { DeliverySearch } from "./search";
import type { Unmapped } from "./types";
import type { ChangeDelivery } from "./useDeliverySearch";
import classes from "./WhatCounts.module.css";

const Considered = lazy(() => import("./Considered"));

const CLOSED: Partial<DeliverySearch> = {
  considered: undefined,
  told_by: undefined,
  named: undefined,
  considered_page: undefined,
};

/** What counts as a deployment: environments that count nowhere, and where the rules are made. */
export function WhatCounts({
  me,
  unmapped,
  inAll,
  scope,
  search,
  timeZone,
  onChange,
}: {
  me: Me;
  unmapped: Unmapped[];
  /** How many there are, should not all be told. */
  inAll: number;
  scope: Scope;
  search: DeliverySearch;
  timeZone: string;
  onChange: ChangeDelivery;
}) {
  const rules = rulesAddress(me);
  const shown = search.considered;
  return (
    <TableSection
      title="What counts as a deployment"
      count={
        unmapped.length === 0
          ? "Every environment that is known is of a kind."
          : `${counted(inAll, "environment")} that no rule maps: they count nowhere.`
      }
      tools={
        <>
          <Button
            size="xs"
            variant="default"
            aria-expanded={shown !== undefined}
            onClick={() => onChange(shown === undefined ? { considered: "all" } : CLOSED)}
          >
            {shown === undefined ? "Why each thing is one, or none" : "Hide the reasons"}
          </Button>
          {rules && (
            <Button component="a" href={rules} size="xs" variant="default">
              Rules on deployments
            </Button>
          )}
        </>
      }
    >
      <p className={classes.about}>
        GitHub deployments and reported ones count by the usual names of their environments.
        Workflows, checks, releases, tags and merges count where a rule says so.
        {!rules && " Administrators make the rules."}
      </p>
      {unmapped.length > 0 && <UnmappedTable unmapped={unmapped} timeZone={timeZone} />}
      {inAll > unmapped.length && (
        <p className={classes.about}>
          Shown are the {count(unmapped.length)} with the most deployments.
        </p>
      )}
      {shown !== undefined && (
        <Suspense fallback={<TableSkeleton rows={6} />}>
          <Considered
            shown={shown}
            scope={scope}
            search={search}
            timeZone={timeZone}
            onChange={onChange}
          />
        </Suspense>
      )}
    </TableSection>
  );
}

/** Null for those who may not make rules. */
export function rulesAddress(me: Me): string | null {
  return me.links.admin && `${me.links.admin}delivery/deploymentrule/`;
}

function UnmappedTable({ unmapped, timeZone }: { unmapped: Unmapped[]; timeZone: string }) {
  return (
    <FactTable
      caption="Environments that no rule maps"
      rows={unmapped}
      rowKey={(one) => `${one.repository} ${one.source} ${one.name}`}
      columns={[
        { name: "Environment", cell: (one) => one.name },
        { name: "Repository", cell: (one) => one.repository },
        { name: "Told by", cell: (one) => SOURCES[one.source] },
        { name: "Why it does not count", cell: (one) => one.reason },
        { name: "Latest", cell: (one) => fullDay(dayOf(one.latest_at, timeZone)) },
        { name: "Times", numeric: true, cell: (one) => count(one.n) },
      ]}
    />
  );
}
