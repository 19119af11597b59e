import type { Bucket, Week } from "../../api/types";
import { bucketName } from "../../charts/buckets";
import { STAGES } from "../../charts/palette";
import { fullDay } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { FactTable } from "../../ui/FactTable";
import { count, percent } from "../../ui/numbers";
import { untold } from "../filters/weekNotes";

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
        {
          name: "n",
          numeric: true,
          cell: (week) => (week.n === null ? untold(week) : count(week.n)),
        },
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
  if (week.suppressed) return "hidden: too few people";
  return week.n === null ? "older than what is kept" : "nothing merged";
}
function bucketRows(buckets: Bucket[]) {
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
  buckets,
}: {
  caption: string;
  measure: string;
  buckets: Bucket[];
}) {
  return (
    <FactTable
      caption={caption}
      rows={bucketRows(buckets)}
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
