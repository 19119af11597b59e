import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { scatterQuery } from "../../api/queries";
import type { Figures, Filters, ScatterPoint } from "../../api/types";
import { dateTime } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { count, counted } from "../../ui/numbers";
import { Panel } from "../../ui/Panel";
import type { ChartTables } from "../filters/chartTables";
import type { Explainer } from "../filters/explanations";
import { weekNotes } from "../filters/weekNotes";
import { Incomplete } from "../Incomplete";
import { ScatterPanel as Scatter } from "../ScatterPanel";
import type { ChartName } from "./search";

const StagesChart = lazy(() => import("../../charts/StagesChart"));
const Distribution = lazy(() => import("../../charts/Distribution"));

const WeekTable = lazy(async () => ({ default: (await import("./ChartTables")).WeekTable }));
const BucketTable = lazy(async () => ({ default: (await import("./ChartTables")).BucketTable }));

type Shared = { explain: Explainer } & ChartTables<ChartName>;

export function WeeklyPanel({ figures, explain, isTable, onTable }: { figures: Figures } & Shared) {
  const n = figures.weeks.reduce((sum, week) => sum + (week.n ?? 0), 0);
  return (
    <Panel
      title="Where the time goes, week by week"
      badge={
        <Incomplete of="Where the time goes, week by week" completeness={figures.completeness} />
      }
      about="Each week's median cycle time, divided by the stages' shares of its total time."
      n={`n = ${count(n)}`}
      explanation={explain("weekly_stages", counted(n, "merged pull request"))}
      asTable={isTable("stages")}
      onAsTable={(shown) => onTable("stages", shown)}
      notes={weekNotes(figures.weeks, (week) => week.n, isTable("stages") ? null : undefined)}
    >
      <Suspense fallback={<Skeleton height={290} />}>
        {isTable("stages") ? (
          <WeekTable weeks={figures.weeks} />
        ) : (
          <StagesChart weeks={figures.weeks} />
        )}
      </Suspense>
    </Panel>
  );
}

export function DistributionPanel({
  figures,
  explain,
  isTable,
  onTable,
}: { figures: Figures } & Shared) {
  const n = figures.histogram.reduce((sum, bucket) => sum + bucket.n, 0);
  return (
    <Panel
      title="How long they took"
      badge={<Incomplete of="How long they took" completeness={figures.completeness} />}
      about="Merged pull requests by cycle time."
      n={`n = ${count(n)}`}
      explanation={explain("cycle_time", counted(n, "merged pull request"))}
      asTable={isTable("distribution")}
      onAsTable={(shown) => onTable("distribution", shown)}
    >
      <Suspense fallback={<Skeleton height={290} />}>
        {isTable("distribution") ? (
          <BucketTable
            caption="Pull requests by cycle time"
            measure="Cycle time"
            buckets={figures.histogram}
          />
        ) : (
          <Distribution buckets={figures.histogram} />
        )}
      </Suspense>
    </Panel>
  );
}

export function ScatterPanel({
  figures,
  filters,
  explain,
  isTable,
  onTable,
  onOpen,
}: { figures: Figures; filters: Filters; onOpen: (id: number) => void } & Shared) {
  const zone = figures.range.time_zone;
  return (
    <Scatter
      title="Every pull request"
      about="Each dot is one, at its merge. The scale is logarithmic; click a dot to see its timeline."
      answer={useQuery(scatterQuery(filters))}
      one="merged pull request"
      explain={explain}
      definition="cycle_time"
      range={figures.range}
      hidden={figures.suppressed !== null}
      plot={(point) => ({
        id: point.id,
        x: Date.parse(point.merged_at),
        seconds: point.cycle_seconds,
        said: () => [
          point.title,
          nameOf(point) +
            (point.size_lines === null ? "" : `, ${counted(point.size_lines, "line")}`),
          `Merged ${dateTime(point.merged_at, zone)}`,
        ],
      })}
      columns={[
        { name: "Pull request", cell: nameOf },
        { name: "Merged", cell: (point) => dateTime(point.merged_at, zone) },
        { name: "Cycle time", numeric: true, cell: (point) => duration(point.cycle_seconds) },
        {
          name: "Lines",
          numeric: true,
          cell: (point) => (point.size_lines === null ? "–" : count(point.size_lines)),
        },
      ]}
      more="All of them stand in the table of pull requests below."
      asTable={isTable("scatter")}
      onAsTable={(shown) => onTable("scatter", shown)}
      onOpen={onOpen}
    />
  );
}

function nameOf({ repository, number }: ScatterPoint): string {
  return `${repository} #${number}`;
}
