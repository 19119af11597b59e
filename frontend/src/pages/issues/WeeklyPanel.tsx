import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import { fullDay } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { FactTable } from "../../ui/FactTable";
import { count, counted } from "../../ui/numbers";
import { Panel } from "../../ui/Panel";
import type { Explainer } from "../filters/explanations";
import { Incomplete } from "../Incomplete";
import type { IssueFigures, IssueWeek } from "./types";

const IssuesChart = lazy(() => import("../../charts/IssuesChart"));

/** What was done each week, and what was going on at its end. */
export function WeeklyPanel({
  figures,
  explain,
  asTable,
  onAsTable,
}: {
  figures: IssueFigures;
  explain: Explainer;
  asTable: boolean;
  onAsTable: (shown: boolean) => void;
}) {
  const hidden = figures.weeks.filter((week) => week.suppressed).length;
  const notes = [];
  if (!asTable && figures.weeks.some((week) => week.partial && week.done)) {
    notes.push("Paler bars are weeks that the range holds only in part.");
  }
  if (hidden > 0) {
    notes.push(
      `${counted(hidden, "week")} without figures: fewer people than the minimum group size had an issue done.`,
    );
  }
  const done = figures.throughput?.merged ?? 0;
  return (
    <Panel
      title="Done, week by week"
      badge={<Incomplete of="Done, week by week" completeness={figures.completeness} />}
      about="Issues by the week in which they were done."
      n={`n = ${count(done)}`}
      explanation={explain("issue_throughput", counted(done, "issue"))}
      asTable={asTable}
      onAsTable={onAsTable}
      notes={notes}
    >
      {asTable ? (
        <WeekTable weeks={figures.weeks} />
      ) : (
        <Suspense fallback={<Skeleton height={260} />}>
          <IssuesChart
            weeks={figures.weeks.map((week) => ({
              start: week.start,
              partial: week.partial,
              hidden: week.suppressed,
              done: week.done ?? 0,
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
          cell: (week) => told(week, week.done === null ? null : count(week.done)),
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
