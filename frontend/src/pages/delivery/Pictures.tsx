import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { DeploymentsOfWeek } from "../../charts/DeploymentsChart";
import { fullDay } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { FactTable } from "../../ui/FactTable";
import { count, counted, percent } from "../../ui/numbers";
import { Panel } from "../../ui/Panel";
import type { ChartTables } from "../filters/chartTables";
import type { Explainer } from "../filters/explanations";
import { weekNotes } from "../filters/weekNotes";
import { Incomplete } from "../Incomplete";
import { BucketTable } from "../pull-requests/ChartTables";
import { madeOf } from "./explanations";
import type { ChartName } from "./search";
import type { DeploymentFigures, DeploymentWeek } from "./types";

const DeploymentsChart = lazy(() => import("../../charts/DeploymentsChart"));
const Distribution = lazy(() => import("../../charts/Distribution"));

type Shared = {
  figures: DeploymentFigures;
  explain: Explainer;
} & ChartTables<ChartName>;

/** A week's deployments divided by what became of them. */
export function divided(week: DeploymentWeek): DeploymentsOfWeek {
  const { start, partial, suppressed: hidden, deployments: all, failed_attempts: attempts } = week;
  const failing = all === null ? null : Math.round((week.change_failure_rate ?? 0) * all);
  const held = all === null || failing === null ? null : all - failing;
  return { start, partial, hidden, held, failing, attempts };
}

export function WeeklyPanel({ figures, explain, isTable, onTable }: Shared) {
  return (
    <Panel
      title="Deployments, week by week"
      badge={<Incomplete of="Deployments, week by week" completeness={figures.completeness} />}
      about="What was deployed, and what became of it."
      n={`n = ${count(figures.deployment_frequency?.deployments ?? 0)}`}
      explanation={explain("deployment_frequency", madeOf(figures))}
      asTable={isTable("weeks")}
      onAsTable={(shown) => onTable("weeks", shown)}
      notes={weekNotes(
        figures.weeks,
        (week) => week.deployments,
        isTable("weeks") ? null : undefined,
      )}
    >
      {isTable("weeks") ? (
        <WeekTable weeks={figures.weeks} />
      ) : (
        <Suspense fallback={<Skeleton height={290} />}>
          <DeploymentsChart weeks={figures.weeks.map(divided)} />
        </Suspense>
      )}
    </Panel>
  );
}

function WeekTable({ weeks }: { weeks: DeploymentWeek[] }) {
  const told = (week: DeploymentWeek, said: string | null) =>
    week.suppressed ? "hidden" : (said ?? "–");
  const number = (value: number | null) => (value === null ? "not kept" : count(value));
  const span = (value: number | null) => (value === null ? null : duration(value));
  const share = (value: number | null) => (value === null ? null : percent(value));
  return (
    <FactTable
      caption="The four keys of each week"
      rows={weeks}
      rowKey={(week) => week.start}
      columns={[
        {
          name: "Week of",
          cell: (week) => `${fullDay(week.start)}${week.partial ? " (partial)" : ""}`,
        },
        {
          name: "Deployments",
          numeric: true,
          cell: (week) => told(week, number(week.deployments)),
        },
        {
          name: "Did not come up",
          numeric: true,
          cell: (week) => told(week, number(week.failed_attempts)),
        },
        { name: "Changes", numeric: true, cell: (week) => told(week, number(week.changes)) },
        {
          name: "Lead time",
          numeric: true,
          cell: (week) => told(week, span(week.lead_time_median)),
        },
        {
          name: "Failed in use",
          numeric: true,
          cell: (week) => told(week, share(week.change_failure_rate)),
        },
        {
          name: "Time to restore",
          numeric: true,
          cell: (week) => told(week, span(week.time_to_restore_median)),
        },
      ]}
    />
  );
}

export function LeadTimePanel({ figures, explain, isTable, onTable }: Shared) {
  const n = figures.histogram.reduce((sum, bucket) => sum + bucket.n, 0);
  const reason = figures.lead_time?.reason;
  return (
    <Panel
      title="How long changes took"
      badge={<Incomplete of="How long changes took" completeness={figures.completeness} />}
      about="Deployed pull requests by lead time: from their start to the deployment's finish."
      n={`n = ${count(n)}`}
      explanation={explain("lead_time", counted(n, "deployed pull request"))}
      asTable={isTable("lead-time")}
      onAsTable={(shown) => onTable("lead-time", shown)}
      notes={n === 0 && reason ? [reason] : []}
    >
      {isTable("lead-time") ? (
        <BucketTable
          caption="Pull requests by lead time"
          measure="Lead time"
          buckets={figures.histogram}
        />
      ) : (
        n > 0 && (
          <Suspense fallback={<Skeleton height={290} />}>
            <Distribution buckets={figures.histogram} />
          </Suspense>
        )
      )}
    </Panel>
  );
}
