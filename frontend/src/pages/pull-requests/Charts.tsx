import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { scatterQuery } from "../../api/queries";
import type { Figures, Filters, Scatter } from "../../api/types";
import { percentile } from "../../charts/geometry";
import { Failure } from "../../ui/Message";
import { count, counted } from "../../ui/numbers";
import { Panel } from "../../ui/Panel";
import { failureOf } from "../failure";
import type { Explainer } from "../filters/explanations";
import { Incomplete } from "../Incomplete";
import classes from "./Charts.module.css";
import { BucketTable, bucketRows, PointTable, WeekTable } from "./ChartTables";
import type { ChartName } from "./search";

const StagesChart = lazy(() => import("../../charts/StagesChart"));
const Distribution = lazy(() => import("../../charts/Distribution"));
const ScatterChart = lazy(() => import("../../charts/ScatterChart"));

type Shared = {
  explain: Explainer;
  isTable: (chart: ChartName) => boolean;
  onTable: (chart: ChartName, shown: boolean) => void;
};

export function WeeklyPanel({ figures, explain, isTable, onTable }: { figures: Figures } & Shared) {
  const n = figures.weeks.reduce((sum, week) => sum + (week.n ?? 0), 0);
  const hidden = figures.weeks.filter((week) => week.suppressed).length;
  const notes = [];
  if (!isTable("stages") && figures.weeks.some((week) => week.partial && week.stages !== null)) {
    notes.push("Paler bars are weeks that the range holds only in part.");
  }
  if (hidden > 0) {
    notes.push(
      `${counted(hidden, "week")} without figures: fewer people than the minimum group size merged something.`,
    );
  }
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
      notes={notes}
    >
      {isTable("stages") ? (
        <WeekTable weeks={figures.weeks} />
      ) : (
        <Suspense fallback={<Skeleton height={290} />}>
          <StagesChart weeks={figures.weeks} />
        </Suspense>
      )}
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
      {isTable("distribution") ? (
        <BucketTable
          caption="Pull requests by cycle time"
          measure="Cycle time"
          rows={bucketRows(figures.histogram)}
        />
      ) : (
        <Suspense fallback={<Skeleton height={290} />}>
          <Distribution buckets={figures.histogram} />
        </Suspense>
      )}
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
  const { data, error, refetch } = useQuery(scatterQuery(filters));
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  return (
    <Panel
      title="Every pull request"
      badge={data && <Incomplete of="Every pull request" completeness={data.completeness} />}
      about="Each dot is one, at its merge. The scale is logarithmic; click a dot to see its timeline."
      n={data ? `n = ${count(data.n)}` : ""}
      explanation={explain("cycle_time", counted(data?.n ?? 0, "merged pull request"))}
      asTable={isTable("scatter")}
      onAsTable={(shown) => onTable("scatter", shown)}
      notes={
        data?.sampled
          ? [
              `A fixed sample of ${count(data.shown)} of ${count(data.n)} is drawn; the lines are of the sample.`,
            ]
          : []
      }
    >
      <div className={classes.scatter}>
        {data === undefined ? (
          <Skeleton height={340} />
        ) : isTable("scatter") ? (
          <PointTable points={data.points} timeZone={figures.range.time_zone} onOpen={onOpen} />
        ) : (
          <Suspense fallback={<Skeleton height={340} />}>
            <ScatterChart
              points={data.points}
              range={figures.range}
              lines={linesOf(data)}
              onOpen={onOpen}
            />
          </Suspense>
        )}
      </div>
    </Panel>
  );
}

function linesOf({ points }: Scatter) {
  const sorted = points.map((point) => point.cycle_seconds).sort((one, other) => one - other);
  return [
    { name: "p85", seconds: percentile(sorted, 0.85), dashed: true },
    { name: "p50", seconds: percentile(sorted, 0.5), dashed: false },
  ].flatMap(({ seconds, ...line }) => (seconds === null ? [] : [{ ...line, seconds }]));
}
