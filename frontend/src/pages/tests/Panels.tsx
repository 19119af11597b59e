import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { fullDay } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { FactTable } from "../../ui/FactTable";
import { Failure } from "../../ui/Message";
import { count, counted, percent } from "../../ui/numbers";
import { Panel } from "../../ui/Panel";
import { NoRows } from "../../ui/TableSection";
import { failureOf } from "../failure";
import type { Explainer } from "../filters/explanations";
import { weekNotes } from "../filters/weekNotes";
import { Incomplete } from "../Incomplete";
import { LINES } from "./lines";
import { heatmapQuery } from "./queries";
import type { ChartName } from "./search";
import type { Heatmap, RunFigures, RunQuery, RunWeek } from "./types";

const HeatMap = lazy(() => import("./HeatMap"));
const DurationChart = lazy(() => import("./DurationChart"));
const WastedChart = lazy(() => import("./WastedChart"));

export type Shared = {
  explain: Explainer;
  isTable: (chart: ChartName) => boolean;
  onTable: (chart: ChartName, shown: boolean) => void;
};

const SOURCES = { workflow: "workflow", check: "check", status: "status" };

/** A row's place: where it stands, and what it is unless a workflow. */
export function placeOf({
  repository,
  source,
}: {
  repository: string;
  source: keyof typeof SOURCES;
}) {
  return source === "workflow" ? repository : `${repository}, ${SOURCES[source]}`;
}

export function HeatPanel({
  query,
  figures,
  explain,
  isTable,
  onTable,
}: { query: RunQuery; figures: RunFigures } & Shared) {
  const { data, error, refetch } = useQuery(heatmapQuery(query));
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  const hidden = data?.rows.filter((row) => row.suppressed).length ?? 0;
  const cells = data?.rows.flatMap((row) => row.cells) ?? [];
  const hiddenDays = cells.filter((cell) => cell.suppressed).length;
  const n = cells.reduce((sum, cell) => sum + (cell.runs ?? 0), 0);
  const notes = [];
  if (query.team !== "") {
    notes.push(
      "All runs of the workflows that the team’s runs belong to: this is about workflows.",
    );
  }
  if (data && data.total > data.rows.length) {
    notes.push(
      `The ${count(data.rows.length)} most often run of ${count(data.total)}; all stand in the table of runs below.`,
    );
  }
  if (hidden > 0) {
    notes.push(
      `${counted(hidden, "workflow")} without figures: fewer people than the minimum group size.`,
    );
  }
  if (hiddenDays > 0) {
    notes.push(
      `${counted(hiddenDays, "workflow’s day", "workflows’ days")} without figures: fewer people than the minimum group size.`,
    );
  }
  const [first] = data?.days ?? [];
  const since = first !== undefined && first > query.from ? first : undefined;
  if (since !== undefined) {
    notes.push(`Days before ${fullDay(since)} are older than what is kept.`);
  }
  return (
    <Panel
      title="What failed, day by day"
      badge={<Incomplete of="What failed, day by day" completeness={figures.completeness} />}
      about="Each cell is a workflow's day: filled as far as its runs failed. An empty one had none."
      n={data ? `n = ${count(n)}` : ""}
      explanation={explain("run_failure_rate", counted(n, "run"))}
      asTable={isTable("heat")}
      onAsTable={(shown) => onTable("heat", shown)}
      notes={notes}
    >
      {data === undefined ? (
        <Skeleton height={260} />
      ) : isTable("heat") ? (
        <HeatTable map={data} />
      ) : (
        <Suspense fallback={<Skeleton height={260} />}>
          <HeatMap
            range={query}
            since={since}
            rows={data.rows.map((row) => ({
              key: `${row.repository} ${row.source} ${row.name}`,
              name: row.name,
              where: placeOf(row),
              days: row.cells.map(({ day, succeeded, failed, suppressed }) => ({
                day,
                n: (succeeded ?? 0) + (failed ?? 0),
                failed: failed ?? 0,
                hidden: suppressed,
              })),
            }))}
          />
        </Suspense>
      )}
    </Panel>
  );
}

function HeatTable({ map }: { map: Heatmap }) {
  const cells = map.rows.flatMap((row) => row.cells.map((cell) => ({ ...cell, row })));
  return (
    <FactTable
      caption="Runs that failed, by workflow and day"
      rows={cells}
      rowKey={({ row, day }) => `${row.repository} ${row.source} ${row.name} ${day}`}
      columns={[
        { name: "Workflow", cell: ({ row }) => `${row.name}, ${placeOf(row)}` },
        { name: "Day", cell: ({ day }) => fullDay(day) },
        { name: "Runs", numeric: true, cell: ({ runs }) => (runs === null ? "–" : count(runs)) },
        {
          name: "Failed",
          numeric: true,
          cell: ({ failed }) => (failed === null ? "–" : count(failed)),
        },
        {
          name: "Failure rate",
          numeric: true,
          cell: (cell) =>
            cell.suppressed
              ? "hidden: too few people"
              : cell.failure_rate === null
                ? "–"
                : percent(cell.failure_rate),
        },
      ]}
    />
  );
}

const AT_THE_ENDS = "The weeks at the ends may be held by the range only in part.";

export function DurationPanel({
  figures,
  explain,
  isTable,
  onTable,
}: { figures: RunFigures } & Shared) {
  const asTable = isTable("durations");
  const n = figures.weeks.reduce((sum, week) => sum + (week.runs ?? 0), 0);
  return (
    <Panel
      title="How long runs take, week by week"
      badge={<Incomplete of="How long runs take" completeness={figures.completeness} />}
      about="From a run's first job to its last, and what it waited for a machine before."
      n={`n = ${count(n)}`}
      explanation={explain("run_duration", counted(n, "run"))}
      asTable={asTable}
      onAsTable={(shown) => onTable("durations", shown)}
      notes={weekNotes(figures.weeks, (week) => week.runs, asTable ? null : AT_THE_ENDS)}
    >
      {asTable ? (
        <WeekTable weeks={figures.weeks} />
      ) : (
        <Suspense fallback={<Skeleton height={270} />}>
          <DurationChart weeks={figures.weeks} />
        </Suspense>
      )}
    </Panel>
  );
}

export function WastedPanel({
  figures,
  explain,
  isTable,
  onTable,
}: { figures: RunFigures } & Shared) {
  const asTable = isTable("wasted");
  const attempts = figures.wasted?.attempts ?? 0;
  return (
    <Panel
      title="Wasted machine time"
      badge={<Incomplete of="Wasted machine time" completeness={figures.completeness} />}
      about="Of attempts that failed and passed when run again on the same commit."
      n={`n = ${count(attempts)}`}
      explanation={explain("wasted_time", counted(attempts, "failed attempt"))}
      asTable={asTable}
      onAsTable={(shown) => onTable("wasted", shown)}
    >
      {asTable ? (
        <WeekTable weeks={figures.weeks} />
      ) : figures.weeks.every((week) => !week.wasted_seconds) ? (
        <NoRows>
          {attempts === 0
            ? "No failure of this range was taken back by a rerun."
            : "The weeks in which time was wasted are about too few people to be shown."}
        </NoRows>
      ) : (
        <Suspense fallback={<Skeleton height={270} />}>
          <WastedChart weeks={figures.weeks} />
        </Suspense>
      )}
    </Panel>
  );
}

function WeekTable({ weeks }: { weeks: RunWeek[] }) {
  const said = (value: number | null) => (value === null ? "–" : duration(value));
  return (
    <FactTable
      caption="Runs of each week"
      rows={weeks}
      rowKey={(week) => week.start}
      columns={[
        {
          name: "Week of",
          cell: (week) => `${fullDay(week.start)}${week.partial ? " (partial)" : ""}`,
        },
        {
          name: "Runs",
          numeric: true,
          cell: (week) =>
            week.suppressed
              ? "hidden: too few people"
              : week.runs === null
                ? "not kept"
                : count(week.runs),
        },
        {
          name: "Failure rate",
          numeric: true,
          cell: (week) => (week.failure_rate === null ? "–" : percent(week.failure_rate)),
        },
        ...LINES.map(({ key, name }) => ({
          name,
          numeric: true,
          cell: (week: RunWeek) => said(week[key]),
        })),
        { name: "Feedback p50", numeric: true, cell: (week) => said(week.feedback_median) },
        { name: "Wasted", numeric: true, cell: (week) => said(week.wasted_seconds) },
      ]}
    />
  );
}
