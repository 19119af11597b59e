import { Button } from "@mantine/core";
import type { Me } from "../../api/types";
import { dayOf, fullDay } from "../../ui/dates";
import { FactTable } from "../../ui/FactTable";
import { count, counted } from "../../ui/numbers";
import { TableSection } from "../../ui/TableSection";
import { SOURCES } from "./names";
import type { Unmapped } from "./types";
import classes from "./WhatCounts.module.css";

/** What counts as a deployment: environments that count nowhere, and where the rules are made. */
export function WhatCounts({
  me,
  unmapped,
  timeZone,
}: {
  me: Me;
  unmapped: Unmapped[];
  timeZone: string;
}) {
  const rules = rulesAddress(me);
  return (
    <TableSection
      title="What counts as a deployment"
      count={
        unmapped.length === 0
          ? "Every environment that is known is of a kind."
          : `${counted(unmapped.length, "environment")} that no rule maps: they count nowhere.`
      }
      tools={
        rules && (
          <Button component="a" href={rules} size="xs" variant="default">
            Rules on deployments
          </Button>
        )
      }
    >
      <p className={classes.about}>
        GitHub deployments and reported ones count by the usual names of their environments.
        Workflows, checks, releases, tags and merges count where a rule says so.
        {!rules && " Administrators make the rules."}
      </p>
      {unmapped.length > 0 && <UnmappedTable unmapped={unmapped} timeZone={timeZone} />}
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
        { name: "Times", numeric: true, cell: (one) => count(one.n) },
        { name: "Latest", cell: (one) => fullDay(dayOf(one.latest_at, timeZone)) },
        { name: "Why it does not count", cell: (one) => one.reason },
      ]}
    />
  );
}
