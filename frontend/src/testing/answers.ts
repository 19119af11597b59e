import type {
  Definition,
  Distribution,
  Figures,
  Me,
  PullRequestDetail,
  PullRequestRow,
  Status,
} from "../api/types";

/** Answers of the API as tests need them, with what a test does not care about filled in. */

export function me(values: Partial<Me> = {}): Me {
  return {
    name: "Lead of team a",
    email: "lead-a@example.org",
    role: "team_lead",
    organisation: { name: "Example", time_zone: "Europe/Berlin", minimum_group_size: 3 },
    teams: [
      { slug: "a", name: "Team a", parent: null, time_zone: "Europe/Berlin", members: 4 },
      { slug: "b", name: "Team b", parent: "a", time_zone: "Europe/Berlin", members: 3 },
    ],
    may_see_all_teams: false,
    demo: null,
    today: "2026-08-20",
    links: {
      admin: null,
      docs: null,
      security: "/accounts/2fa/",
      sign_out: "/accounts/logout/",
    },
    ...values,
  };
}

export function status(values: Partial<Status> = {}): Status {
  return {
    state: "ready",
    reason: null,
    action: null,
    stored: 120,
    expected: 120,
    eta_seconds: null,
    waiting_until: null,
    fresh_to: "2026-08-20T12:00:00Z",
    repositories: [],
    ...values,
  };
}

export function distribution(key: string, values: Partial<Distribution> = {}): Distribution {
  return {
    median: 100_800,
    p75: 200_000,
    p90: 300_000,
    n: 42,
    unit: "seconds",
    reason: null,
    definition: key,
    ...values,
  };
}

export function figures(values: Partial<Figures> = {}): Figures {
  return {
    team: { slug: "a", name: "Team a" },
    range: {
      from: "2026-05-23",
      to: "2026-08-21",
      time_zone: "Europe/Berlin",
      weeks_partial: ["2026-08-17"],
    },
    people: 4,
    suppressed: null,
    cycle_time: distribution("cycle_time"),
    coding: distribution("coding", { median: 18_000 }),
    pickup: distribution("pickup", { median: 14_400 }),
    review: distribution("review", { median: 7200 }),
    merge: distribution("merge", { median: 600 }),
    time_to_first_review: distribution("time_to_first_review", { median: 14_400 }),
    batch_size: distribution("batch_size", { median: 66, p75: 138, p90: 274, unit: "lines" }),
    review_rate: {
      value: 0.875,
      numerator: 42,
      denominator: 48,
      reason: null,
      definition: "review_rate",
    },
    throughput: { merged: 48, per_week_median: 4, weeks: 12, definition: "throughput" },
    weeks: [
      {
        start: "2026-08-10",
        partial: false,
        suppressed: false,
        n: 5,
        cycle_time_median: 100_800,
        stages: { coding: 50_400, pickup: 25_200, review: 21_600, merge: 3600 },
      },
      {
        start: "2026-08-17",
        partial: true,
        suppressed: true,
        n: null,
        cycle_time_median: null,
        stages: null,
      },
    ],
    histogram: [
      { from_seconds: 0, to_seconds: 3600, n: 6 },
      { from_seconds: 3600, to_seconds: 14_400, n: 30 },
      { from_seconds: 14_400, to_seconds: null, n: 12 },
    ],
    excluded: [{ reason: "by bots", n: 3 }],
    open: 7,
    waiting: 2,
    closed_unmerged: 1,
    unreviewed: 6,
    previous: null,
    versions: { pull_request: 1, generated_files: 1 },
    computed_at: "2026-08-20T11:58:00Z",
    ...values,
  };
}

export const definitions: Definition[] = [
  {
    key: "cycle_time",
    name: "Cycle time",
    text: "From start to merge. Merged pull requests only.",
    source: "docs/metrics.md#pull-requests",
    version: 1,
  },
];

export function row(values: Partial<PullRequestRow> = {}): PullRequestRow {
  return {
    id: 11,
    repository: "org/one",
    number: 101,
    title: "Fix the retry",
    author: "dev0001",
    url: "https://ghes.example/org/one/pull/101",
    state: "merged",
    opened_at: "2026-08-18T08:00:00Z",
    merged_at: "2026-08-19T12:00:00Z",
    cycle_seconds: 104_400,
    coding_seconds: 54_000,
    pickup_seconds: 25_200,
    review_seconds: 21_600,
    merge_seconds: 3600,
    first_review_seconds: 25_200,
    size_lines: 66,
    size_files: 2,
    review_count: 1,
    stage: null,
    stage_since: null,
    flags: [],
    ...values,
  };
}

export function detail(values: Partial<PullRequestDetail> = {}): PullRequestDetail {
  return {
    ...row(),
    events: [
      {
        at: "2026-08-18T08:00:00Z",
        kind: "opened",
        actor: "dev0001",
        counts: true,
        note: null,
      },
      {
        at: "2026-08-18T08:05:00Z",
        kind: "commented",
        actor: "ci[bot]",
        counts: false,
        note: "A bot's review does not count.",
      },
    ],
    stages: [
      {
        name: "coding",
        from: "2026-08-18T08:00:00Z",
        to: "2026-08-18T22:00:00Z",
        seconds: 50_400,
        reason: null,
      },
    ],
    versions: { pull_request: 1, generated_files: 1 },
    ...values,
  };
}
