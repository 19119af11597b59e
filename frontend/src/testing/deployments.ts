import type {
  Choices,
  DeploymentDetail,
  DeploymentFigures,
  DeploymentRow,
} from "../pages/delivery/types";
import { distribution, figures, whole } from "./answers";

/** Answers about deployments as tests need them, with what a test does not care about filled in. */

export function deploymentFigures(values: Partial<DeploymentFigures> = {}): DeploymentFigures {
  const { team, range, histogram } = figures();
  return {
    team,
    range,
    environment: "production",
    repository: null,
    service: null,
    suppressed: null,
    not_kept: null,
    people: 4,
    deployment_frequency: {
      deployments: 45,
      per_day: 0.5,
      per_week: 3.5,
      days: 90,
      days_with_one: 38,
      distribution: [
        { deployments: 0, days: 52 },
        { deployments: 1, days: 31 },
        { deployments: 2, days: 7 },
      ],
      per_week_median: 3,
      weeks: 12,
      reason: null,
      definition: "deployment_frequency",
    },
    lead_time: distribution("lead_time", { n: 88 }),
    merge_to_deploy: distribution("merge_to_deploy", { median: 3600, n: 88 }),
    change_failure_rate: {
      value: 0.2,
      numerator: 9,
      denominator: 45,
      reason: null,
      definition: "change_failure_rate",
    },
    time_to_restore: distribution("time_to_restore", { median: 7200, n: 8 }),
    unrestored: 1,
    inferred: 0,
    bands: {
      deployment_frequency: {
        level: "high",
        year: 2024,
        text: "between once per day and once per week",
      },
      lead_time: null,
      change_failure_rate: null,
      time_to_restore: null,
    },
    attempts: { failed: 3, in_progress: 0 },
    rollbacks: 2,
    baselines: 0,
    contents_unknown: 0,
    weeks: [
      {
        start: "2026-08-10",
        partial: false,
        suppressed: false,
        deployments: 5,
        failed_attempts: 1,
        changes: 9,
        lead_time_median: 100_800,
        change_failure_rate: 0.2,
        time_to_restore_median: null,
      },
      {
        start: "2026-08-17",
        partial: true,
        suppressed: true,
        deployments: null,
        failed_attempts: null,
        changes: null,
        lead_time_median: null,
        change_failure_rate: null,
        time_to_restore_median: null,
      },
    ],
    histogram,
    previous: null,
    versions: { deployments: 1, pull_request: 1 },
    computed_at: "2026-08-20T11:58:00Z",
    completeness: whole,
    ...values,
  };
}

export function choices(values: Partial<Choices> = {}): Choices {
  return {
    services: [
      { repository: "org/one", service: "one", deployments: 45 },
      { repository: "org/shop", service: "checkout", deployments: 12 },
    ],
    services_in_all: 2,
    environments: [
      { environment: "production", deployments: 57 },
      { environment: "staging", deployments: 80 },
    ],
    unmapped: [
      {
        repository: "org/one",
        source: "github_deployment",
        name: "docs",
        n: 7,
        latest_at: "2026-08-19T12:00:00Z",
        reason: "No rule maps the environment “docs”, and it is none of the built-in names.",
      },
    ],
    unmapped_in_all: 1,
    ...values,
  };
}

export function deployment(values: Partial<DeploymentRow> = {}): DeploymentRow {
  return {
    id: 31,
    repository: "org/one",
    service: "one",
    environment: "production",
    source: "github_deployment",
    key: "4711",
    sha: "c0ffee1234567890c0ffee1234567890c0ffee12",
    url: "https://ghes.example/org/one/deployments",
    outcome: "succeeded",
    role: "forward",
    started_at: "2026-08-19T11:50:00Z",
    finished_at: "2026-08-19T12:00:00Z",
    changes: 1,
    direct_commits: 0,
    lead_time_median: 104_400,
    failed_in_use: true,
    restore_seconds: 7200,
    contents_reason: null,
    ...values,
  };
}

const rollback = {
  id: 32,
  sha: "badcafe234567890badcafe234567890badcafe2",
  source: "github_deployment",
  key: "4712",
  role: "rollback",
  finished_at: "2026-08-19T14:00:00Z",
  url: "https://ghes.example/org/one/deployments",
} as const;

export function deploymentDetail(values: Partial<DeploymentDetail> = {}): DeploymentDetail {
  return {
    ...deployment(),
    why: "“production” is mapped to production by the built-in names.",
    name: "production",
    listed: [
      {
        id: 11,
        number: 101,
        title: "Fix the retry",
        author: "dev0001",
        url: "https://ghes.example/org/one/pull/101",
        merged_at: "2026-08-19T11:00:00Z",
        cycle_seconds: 100_800,
        merge_to_deploy_seconds: 3600,
        lead_seconds: 104_400,
        is_cherry_pick: false,
        is_bot: false,
      },
    ],
    elsewhere: 0,
    commits: 2,
    fixes: [
      {
        kind: "rollback",
        deployment: rollback,
        incident: null,
        is_inferred: false,
        restored_at: "2026-08-19T14:00:00Z",
        restore_seconds: 7200,
      },
    ],
    fixed: [],
    corrections: [],
    later: [rollback],
    incidents: [
      {
        source: "api",
        id: 5,
        external_id: "INC-7",
        url: null,
        started_at: "2026-08-19T12:30:00Z",
        resolved_at: null,
      },
    ],
    may_correct: false,
    is_pending: false,
    versions: { deployments: 1, pull_request: 1 },
    ...values,
  };
}
