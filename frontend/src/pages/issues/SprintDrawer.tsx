import { SegmentedControl, Skeleton } from "@mantine/core";
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
import type { IssuesSearch } from "./search";
import type { IssueFilters, SprintAmount, SprintDetail } from "./types";
import type { ChangeIssues } from "./useIssuesSearch";

const BurnUpChart = lazy(() => import("../../charts/BurnUpChart"));

/** One sprint: what it took on, what became of it, and how that came along. */
export function SprintDrawer({
  search: { sprint: id, burn_up: chosen },
  filters,
  timeZone,
  onChange,
  onClose,
}: {
  search: IssuesSearch;
  filters: IssueFilters;
  timeZone: string;
  onChange: ChangeIssues;
  onClose: () => void;
}) {
  const unit: Unit = chosen ?? "issues";
  const onUnit = (chosen: Unit) =>
    onChange({ burn_up: chosen === "points" ? chosen : undefined }, { replace: true });
  return (
    <DetailDrawer title="Sprint" width={620} onClose={onClose}>
      {id !== undefined && (
        <Told key={id} id={id} filters={filters} timeZone={timeZone} unit={unit} onUnit={onUnit} />
      )}
    </DetailDrawer>
  );
}

type Unit = keyof SprintAmount;
type Choice = { unit: Unit; onUnit: (unit: Unit) => void };

function Told({
  id,
  filters,
  timeZone,
  ...choice
}: { id: number; filters: IssueFilters; timeZone: string } & Choice) {
  const { data, error, refetch } = useQuery(sprintQuery(id, filters));
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (data === undefined) return <DetailSkeleton />;
  return (
    <>
      <h2 className={drawer.title}>{data.name}</h2>
      <p className={drawer.where}>
        {data.board ?? "on no board that is known"}, {when(data, timeZone)}
      </p>
      {data.reason === null ? (
        <Shown of={data} timeZone={timeZone} {...choice} />
      ) : (
        <p>{data.reason}</p>
      )}
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

function Shown({ of, timeZone, unit, onUnit }: { of: SprintDetail; timeZone: string } & Choice) {
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
      <DetailSection
        title="Burn-up"
        tool={
          of.burn_up.some((point) => point.scope.points !== null) && (
            <SegmentedControl
              size="xs"
              aria-label="Counted in"
              transitionDuration={0}
              value={unit}
              data={[
                { value: "issues", label: "Issues" },
                { value: "points", label: "Points" },
              ]}
              onChange={(chosen) => onUnit(chosen === "points" ? chosen : "issues")}
            />
          )
        }
      >
        <Suspense fallback={<Skeleton height={240} />}>
          <BurnUpChart
            timeZone={timeZone}
            points={of.burn_up.map(({ at, scope, done }) => ({
              at,
              scope: amountIn(unit, scope),
              done: amountIn(unit, done),
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

/** Of nothing the points are 0; of issues that nobody estimated they are not known. */
function amountIn(unit: Unit, of: SprintAmount): number | null {
  return of.issues === 0 ? 0 : of[unit];
}

function said({ issues, points }: SprintAmount): string {
  return points === null ? count(issues) : `${count(issues)} (${counted(points, "point")})`;
}
