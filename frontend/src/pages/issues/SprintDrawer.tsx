import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { DetailDrawer, DetailSection, DetailSkeleton } from "../../ui/DetailDrawer";
import drawer from "../../ui/DetailDrawer.module.css";
import { dateTime, zoneName } from "../../ui/dates";
import { FactTable } from "../../ui/FactTable";
import { Failure } from "../../ui/Message";
import { count, counted } from "../../ui/numbers";
import { failureOf } from "../failure";
import { sprintQuery } from "./queries";
import type { IssueFilters, SprintAmount, SprintDetail } from "./types";

const BurnUpChart = lazy(() => import("../../charts/BurnUpChart"));

/** One sprint: what it took on, what became of it, and how that came along. */
export function SprintDrawer({
  id,
  filters,
  timeZone,
  onClose,
}: {
  id: number | undefined;
  filters: IssueFilters;
  timeZone: string;
  onClose: () => void;
}) {
  return (
    <DetailDrawer title="Sprint" width={620} onClose={onClose}>
      {id !== undefined && <Told key={id} id={id} filters={filters} timeZone={timeZone} />}
    </DetailDrawer>
  );
}

function Told({ id, filters, timeZone }: { id: number; filters: IssueFilters; timeZone: string }) {
  const { data, error, refetch } = useQuery(sprintQuery(id, filters));
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (data === undefined) return <DetailSkeleton />;
  return (
    <>
      <h2 className={drawer.title}>{data.name}</h2>
      <p className={drawer.where}>
        {data.board ?? "on no board that is known"}, {when(data, timeZone)}
      </p>
      {data.reason === null ? <Shown of={data} timeZone={timeZone} /> : <p>{data.reason}</p>}
      <p className={drawer.foot}>
        Of the issues of the team and the filters that are chosen. Days begin at midnight in{" "}
        {zoneName(timeZone)}.
      </p>
    </>
  );
}

function when({ starts_at: start, completed_at: end, state }: SprintDetail, timeZone: string) {
  if (start === null) return "not started";
  const from = dateTime(start, timeZone);
  return state === "active" || end === null
    ? `under way since ${from}`
    : `${from} – ${dateTime(end, timeZone)}`;
}

function Shown({ of, timeZone }: { of: SprintDetail; timeZone: string }) {
  const amounts: { name: string; of: SprintAmount | null }[] = [
    { name: "Committed at its start", of: of.committed },
    { name: "Added later", of: of.added },
    { name: "Removed", of: of.removed },
    { name: "Completed", of: of.completed },
    { name: "Carried over", of: of.carried_over },
    { name: "Done before its start, in none of these", of: of.done_before },
  ];
  return (
    <>
      <DetailSection title="Burn-up">
        <Suspense fallback={<Skeleton height={240} />}>
          <BurnUpChart
            timeZone={timeZone}
            points={of.burn_up.map(({ at, scope, done }) => ({
              at,
              scope: scope.issues,
              done: done.issues,
            }))}
          />
        </Suspense>
        <FactTable
          caption="Burn-up by day"
          rows={of.burn_up}
          rowKey={(point) => point.at}
          columns={[
            { name: "At", cell: (point) => dateTime(point.at, timeZone) },
            { name: "Scope", numeric: true, cell: (point) => said(point.scope) },
            { name: "Done", numeric: true, cell: (point) => said(point.done) },
          ]}
        />
      </DetailSection>
      <DetailSection title="What became of it">
        <FactTable
          caption="What became of it"
          rows={amounts}
          rowKey={(row) => row.name}
          columns={[
            { name: "Issues", cell: (row) => row.name },
            { name: "How many", numeric: true, cell: (row) => (row.of ? said(row.of) : "–") },
          ]}
        />
      </DetailSection>
    </>
  );
}

function said({ issues, points }: SprintAmount): string {
  return points === null ? count(issues) : `${count(issues)} (${counted(points, "point")})`;
}
