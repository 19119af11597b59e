import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { dateTime, fullDay } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { FactTable } from "../../ui/FactTable";
import { count, counted } from "../../ui/numbers";
import { Panel } from "../../ui/Panel";
import type { ChartTables } from "../filters/chartTables";
import type { Explainer } from "../filters/explanations";
import { untold, weekNotes } from "../filters/weekNotes";
import { Incomplete } from "../Incomplete";
import { ScatterPanel as Scatter } from "../ScatterPanel";
import { scatterQuery } from "./queries";
import type { ChartName } from "./search";
import type { IssueFigures, IssueFilters, IssueWeek } from "./types";

const IssuesChart = lazy(() => import("../../charts/IssuesChart"));

type Shared = { figures: IssueFigures; explain: Explainer } & ChartTables<ChartName>;

/** What was done each week, and what was going on at its end. */
export function WeeklyPanel({ figures, explain, isTable, onTable }: Shared) {
  const done = figures.throughput?.merged ?? 0;
  return (
    <Panel
      title="Done and in progress, week by week"
      badge={
        <Incomplete of="Done and in progress, week by week" completeness={figures.completeness} />
      }
      about="Issues that were done each week, and those begun and not done at its end."
      n={`n = ${count(done)}`}
      explanation={explain("issue_throughput", counted(done, "issue"))}
      asTable={isTable("weeks")}
      onAsTable={(shown) => onTable("weeks", shown)}
      notes={weekNotes(figures.weeks, (week) => week.done, isTable("weeks") ? null : undefined)}
    >
      {isTable("weeks") ? (
        <WeekTable weeks={figures.weeks} />
      ) : (
        <Suspense fallback={<Skeleton height={340} />}>
          <IssuesChart
            weeks={figures.weeks.map((week) => ({
              start: week.start,
              partial: week.partial,
              hidden: week.suppressed,
              done: week.done,
              inProgress: week.in_progress,
            }))}
          />
        </Suspense>
      )}
    </Panel>
  );
}

function WeekTable({ weeks }: { weeks: IssueWeek[] }) {
  const told = (week: IssueWeek, said: string | null) =>
    week.suppressed ? "hidden" : (said ?? "–");
  return (
    <FactTable
      caption="Issues of each week"
      rows={weeks}
      rowKey={(week) => week.start}
      columns={[
        {
          name: "Week of",
          cell: (week) => `${fullDay(week.start)}${week.partial ? " (partial)" : ""}`,
        },
        {
          name: "Done",
          numeric: true,
          cell: (week) => (week.done === null ? untold(week) : count(week.done)),
        },
        {
          name: "Median cycle time",
          numeric: true,
          cell: (week) =>
            told(week, week.cycle_time_median === null ? null : duration(week.cycle_time_median)),
        },
        {
          name: "In progress at its end",
          numeric: true,
          cell: (week) => (week.in_progress === null ? "–" : count(week.in_progress)),
        },
      ]}
    />
  );
}

/** Every issue that was begun before it was done, at that time and its cycle time. */
export function ScatterPanel({
  figures,
  filters,
  explain,
  isTable,
  onTable,
  onOpen,
}: { filters: IssueFilters; onOpen: (id: number) => void } & Shared) {
  const zone = figures.range.time_zone;
  return (
    <Scatter
      title="Every issue"
      about="Each dot is one, when it was done. The scale is logarithmic; click a dot to see its statuses."
      answer={useQuery(scatterQuery(filters))}
      one="issue"
      explain={explain}
      definition="issue_cycle_time"
      range={figures.range}
      hidden={figures.suppressed !== null}
      plot={(point) => ({
        id: point.id,
        x: Date.parse(point.done_at),
        seconds: point.active_seconds,
        said: () => [
          point.summary || point.key,
          `${point.key}, ${point.issue_type}`,
          `Done ${dateTime(point.done_at, zone)}`,
        ],
      })}
      columns={[
        { name: "Issue", cell: (point) => point.key },
        { name: "Type", cell: (point) => point.issue_type },
        { name: "Done", cell: (point) => dateTime(point.done_at, zone) },
        { name: "Cycle time", numeric: true, cell: (point) => duration(point.active_seconds) },
      ]}
      more="All of them stand in the table of issues below."
      asTable={isTable("scatter")}
      onAsTable={(shown) => onTable("scatter", shown)}
      onOpen={onOpen}
    />
  );
}
