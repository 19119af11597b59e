import type { Bucket, ScatterPoint, Week } from "../../api/types";
import { bucketName } from "../../charts/buckets";
import { STAGES } from "../../charts/palette";
import { dateTime, fullDay } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { FactTable } from "../../ui/FactTable";
import { count, percent } from "../../ui/numbers";
import classes from "./ChartTables.module.css";

/** The tables behind the pictures: the same values, in words. */

export function WeekTable({ weeks }: { weeks: Week[] }) {
  return (
    <FactTable
      caption="Stages of each week's median cycle time"
      rows={weeks}
      rowKey={(week) => week.start}
      columns={[
        {
          name: "Week of",
          cell: (week) => `${fullDay(week.start)}${week.partial ? " (partial)" : ""}`,
        },
        { name: "n", numeric: true, cell: (week) => (week.n === null ? "hidden" : count(week.n)) },
        {
          name: "Median",
          numeric: true,
          cell: (week) =>
            week.cycle_time_median === null ? absent(week) : duration(week.cycle_time_median),
        },
        ...STAGES.map((stage) => ({
          name: stage.name,
          numeric: true,
          cell: (week: Week) => (week.stages === null ? "–" : duration(week.stages[stage.key])),
        })),
      ]}
    />
  );
}

function absent(week: Week): string {
  return week.suppressed ? "hidden: too few people" : "nothing merged";
}

export function bucketRows(buckets: Bucket[]) {
  const total = buckets.reduce((sum, bucket) => sum + bucket.n, 0);
  return buckets.map((bucket) => ({
    name: bucketName(bucket),
    n: bucket.n,
    share: total === 0 ? null : bucket.n / total,
  }));
}

export function BucketTable({
  caption,
  measure,
  rows,
}: {
  caption: string;
  measure: string;
  rows: ReturnType<typeof bucketRows>;
}) {
  return (
    <FactTable
      caption={caption}
      rows={rows}
      rowKey={(row) => row.name}
      columns={[
        { name: measure, cell: (row) => row.name },
        { name: "Pull requests", numeric: true, cell: (row) => count(row.n) },
        {
          name: "Share",
          numeric: true,
          cell: (row) => (row.share === null ? "–" : percent(row.share)),
        },
      ]}
    />
  );
}

const SLOWEST = 100;

export function PointTable({
  points,
  timeZone,
  onOpen,
}: {
  points: ScatterPoint[];
  timeZone: string;
  onOpen: (id: number) => void;
}) {
  const slowest = [...points]
    .sort((one, other) => other.cycle_seconds - one.cycle_seconds)
    .slice(0, SLOWEST);
  return (
    <>
      <FactTable
        caption={`The ${count(slowest.length)} longest cycle times`}
        rows={slowest}
        rowKey={(point) => point.id}
        columns={[
          {
            name: "Pull request",
            cell: (point) => (
              <button type="button" className={classes.open} onClick={() => onOpen(point.id)}>
                {point.repository} #{point.number}
              </button>
            ),
          },
          { name: "Merged", cell: (point) => dateTime(point.merged_at, timeZone) },
          { name: "Cycle time", numeric: true, cell: (point) => duration(point.cycle_seconds) },
          {
            name: "Lines",
            numeric: true,
            cell: (point) => (point.size_lines === null ? "–" : count(point.size_lines)),
          },
        ]}
      />
      {points.length > SLOWEST && (
        <p className={classes.more}>
          The {count(SLOWEST)} longest of {count(points.length)}. All of them stand in the table of
          pull requests below.
        </p>
      )}
    </>
  );
}
