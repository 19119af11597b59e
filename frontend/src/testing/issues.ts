import type {
  IssueCompleteness,
  IssueDetail,
  IssueFigures,
  IssuePoint,
  IssueRow,
  SprintDetail,
  SprintRow,
} from "../pages/issues/types";
import { figures, whole } from "./answers";

/** Answers about issues as tests need them, with what a test does not care about filled in. */

const amounts = (definition: string, median: number, unit: "seconds" | "ratio" = "seconds") => ({
  median,
  p75: median,
  p85: median,
  p90: median,
  n: 36,
  unit,
  reason: null,
  definition,
});

export const wholeIssues: IssueCompleteness = {
  ...whole,
  source: { state: "ready", reason: null, action: null },
};

export function issueFigures(values: Partial<IssueFigures> = {}): IssueFigures {
  const { team, range } = figures();
  return {
    team,
    range,
    people: 4,
    suppressed: null,
    not_kept: null,
    cycle_time: amounts("issue_cycle_time", 90_000),
    elapsed: amounts("issue_elapsed", 180_000),
    flow_efficiency: amounts("issue_flow_efficiency", 0.5, "ratio"),
    throughput: { merged: 42, per_week_median: 3, weeks: 12, definition: "issue_throughput" },
    direct_to_done: 6,
    reopened: { value: 0.1, numerator: 4, denominator: 42, reason: null, definition: "x" },
    work_in_progress: {
      in_progress: 7,
      waiting: 2,
      age: amounts("issue_age", 86_400),
      definition: "issue_work_in_progress",
    },
    weeks: [
      {
        start: "2026-08-10",
        partial: false,
        suppressed: false,
        done: 5,
        cycle_time_median: 90_000,
        in_progress: 8,
      },
      {
        start: "2026-08-17",
        partial: true,
        suppressed: true,
        done: null,
        cycle_time_median: null,
        in_progress: null,
      },
    ],
    excluded: [],
    previous: null,
    version: 1,
    computed_at: "2026-08-21T06:00:00Z",
    completeness: wholeIssues,
    ...values,
  };
}

export function issuePoint(values: Partial<IssuePoint> = {}): IssuePoint {
  return {
    id: 21,
    key: "FORGE-21",
    summary: "Racks can be filtered",
    issue_type: "Story",
    done_at: "2026-08-13T08:00:00Z",
    active_seconds: 90_000,
    ...values,
  };
}

export function issueRow(values: Partial<IssueRow> = {}): IssueRow {
  return {
    id: 21,
    key: "FORGE-21",
    summary: "Racks can be filtered",
    project: "FORGE",
    issue_type: "Story",
    status: "Done",
    state: "done",
    assignee: "dev0001",
    url: "https://jira.example/browse/FORGE-21",
    created_at: "2026-08-10T08:00:00Z",
    started_at: "2026-08-11T08:00:00Z",
    done_at: "2026-08-13T08:00:00Z",
    state_since: "2026-08-13T08:00:00Z",
    active_seconds: 90_000,
    elapsed_seconds: 172_800,
    age_seconds: null,
    direct_to_done: false,
    reopened: 0,
    estimate: null,
    flags: [],
    ...values,
  };
}

export function issueDetail(values: Partial<IssueDetail> = {}): IssueDetail {
  return {
    ...issueRow(),
    spans: [
      {
        from: "2026-08-10T08:00:00Z",
        to: "2026-08-11T08:00:00Z",
        status: "To Do",
        state: "to_do",
        seconds: 86_400,
      },
      {
        from: "2026-08-11T08:00:00Z",
        to: null,
        status: "Lost",
        state: null,
        seconds: 3600,
      },
    ],
    estimates: [{ at: "2026-08-10T09:00:00Z", before: null, after: 3 }],
    sprints: ["Sprint 7"],
    pull_requests: [
      {
        id: 11,
        repository: "org/app",
        number: 7,
        title: "Filter the rack list",
        url: "https://ghes.example/org/app/pull/7",
        state: "merged",
        found_in: ["branch", "commit"],
      },
    ],
    ...values,
  };
}

export function sprint(values: Partial<SprintRow> = {}): SprintRow {
  const amount = (issues: number) => ({ issues, points: null });
  return {
    id: 5,
    name: "Sprint 5",
    board: "FORGE board",
    state: "active",
    starts_at: "2026-08-10T08:00:00Z",
    ends_at: "2026-08-24T08:00:00Z",
    completed_at: null,
    suppressed: false,
    reason: null,
    committed: { issues: 12, points: 34 },
    added: amount(2),
    removed: amount(1),
    completed: amount(7),
    carried_over: amount(6),
    done_before: amount(0),
    ...values,
  };
}

export function sprintDetail(values: Partial<SprintDetail> = {}): SprintDetail {
  const at = (day: number, scope: number, done: number) => ({
    at: `2026-08-${day}T00:00:00Z`,
    scope: { issues: scope, points: 2 * scope },
    done: { issues: done, points: 3 },
  });
  return { ...sprint(), burn_up: [at(10, 12, 0), at(11, 13, 2), at(12, 13, 5)], ...values };
}
