import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { acrossNames } from "../../charts/across";
import type { Plotted } from "../../charts/ScatterChart";
import { dateTime } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { Failure } from "../../ui/Message";
import { count, counted } from "../../ui/numbers";
import { Panel } from "../../ui/Panel";
import { NoRows } from "../../ui/TableSection";
import { failureOf } from "../failure";
import type { ChartTables } from "../filters/chartTables";
import type { Explainer } from "../filters/explanations";
import { Incomplete } from "../Incomplete";
import PointTable from "../PointTable";
import { pageQuery } from "./queries";
import type { ChartName } from "./search";
import type { IssueFigures, IssueFilters, IssueRow } from "./types";

const ScatterChart = lazy(() => import("../../charts/ScatterChart"));

const MOST = 200;

type Going = IssueRow & { age_seconds: number };

/** What is in progress or waiting now, by status and age, against how long it took what was done in the range. */
export function AgePanel({
  figures,
  filters,
  explain,
  isTable,
  onTable,
  onOpen,
}: {
  figures: IssueFigures;
  filters: IssueFilters;
  explain: Explainer;
  onOpen: (id: number) => void;
} & ChartTables<ChartName>) {
  const { data, error, refetch } = useQuery(
    pageQuery({
      ...filters,
      state: "in_progress",
      search: "",
      sort: "started_at",
      page: 1,
      page_size: MOST,
    }),
  );
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  const usual = figures.elapsed?.p85 ?? null;
  const going = (data?.items ?? []).filter((row): row is Going => row.age_seconds !== null);
  const isOld = (row: Going) => usual !== null && row.age_seconds > usual;
  const total = data?.total ?? 0;
  const notes = [
    "Age is the time since an issue was first begun. Click a dot to see its statuses.",
  ];
  if (total > MOST) notes.push(`The ${count(MOST)} oldest of ${count(total)} are shown.`);
  return (
    <Panel
      title="In progress now, by age"
      badge={data && <Incomplete of="In progress now, by age" completeness={data.completeness} />}
      about={headline(going.filter(isOld).length, going.length, usual)}
      n={data ? `n = ${count(total)}` : ""}
      explanation={explain("issue_age", counted(total, "issue"))}
      asTable={isTable("age")}
      onAsTable={(shown) => onTable("age", shown)}
      notes={going.length > 0 ? notes : []}
    >
      {data === undefined ? (
        <Skeleton height={340} />
      ) : going.length === 0 ? (
        <NoRows>Nothing is in progress.</NoRows>
      ) : isTable("age") ? (
        <PointTable
          name="oldest in progress"
          points={going}
          seconds={(row) => row.age_seconds}
          columns={[
            { name: "Issue", cell: (row) => row.key },
            { name: "Status", cell: (row) => row.status },
            { name: "Assignee", cell: (row) => row.assignee ?? "nobody" },
            { name: "Age", numeric: true, cell: (row) => duration(row.age_seconds) },
            { name: "Older than p85", cell: (row) => (isOld(row) ? "yes" : "no") },
          ]}
          more="All of them stand in the table of issues below, as “In progress now”."
          onOpen={onOpen}
        />
      ) : (
        <Suspense fallback={<Skeleton height={340} />}>
          <ScatterChart
            points={plotted(going, isOld, figures.range.time_zone)}
            across={acrossNames(statusesOf(going))}
            lines={usual === null ? [] : [{ name: "p85", seconds: usual, dashed: true }]}
            onOpen={onOpen}
          />
        </Suspense>
      )}
    </Panel>
  );
}

function headline(old: number, n: number, usual: number | null): string {
  if (usual === null || n === 0) return "By status, and by the time since each was first begun.";
  return `${count(old)} of ${count(n)} ${old === 1 ? "is" : "are"} older than ${duration(usual)}: 85 % of what was done in this range took no longer from first start to done.`;
}

/** Those in progress first, then those that wait. */
function statusesOf(rows: Going[]): string[] {
  const states = new Map(rows.map(({ status, state }) => [status, state ?? ""]));
  return [...states]
    .sort(([one, its], [other, others]) => its.localeCompare(others) || one.localeCompare(other))
    .map(([status]) => status);
}

const BESIDE = [0, 0.18, -0.18, 0.09, -0.09];

/** Neighbours of like age stand beside each other, where one would hide the other. */
function plotted(rows: Going[], isOld: (row: Going) => boolean, timeZone: string): Plotted[] {
  const statuses = statusesOf(rows);
  const placed = new Map<string, number>();
  return rows.map((row) => {
    const before = placed.get(row.status) ?? 0;
    placed.set(row.status, before + 1);
    return {
      id: row.id,
      x: statuses.indexOf(row.status) + (BESIDE[before % BESIDE.length] ?? 0),
      seconds: row.age_seconds,
      marked: isOld(row),
      said: () => [
        row.summary || row.key,
        `${row.key}, ${row.status}, ${row.assignee ?? "assigned to nobody"}`,
        row.started_at === null ? "" : `Begun ${dateTime(row.started_at, timeZone)}`,
      ],
    };
  });
}
