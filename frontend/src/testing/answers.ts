import type {
  Completeness,
  Definition,
  Distribution,
  Figures,
  KindEntry,
  Me,
  ProjectCompleteness,
  PullRequestDetail,
  PullRequestRow,
  Quality,
  RepositoryCompleteness,
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
    may_see_own: false,
    pseudonyms: false,
    reads_administration: false,
    demo: null,
    emergency_use: null,
    requests_due: null,
    backup_trouble: null,
    certificates_ending: [],
    evaluation_until: null,
    today: "2026-08-20",
    links: {
      admin: null,
      docs: null,
      account: "/accounts/",
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
    issues: null,
    maintenance: null,
    ...values,
  };
}

export const whole: Completeness = {
  complete: true,
  reason: null,
  fresh_to: "2026-08-20T12:00:00Z",
};

const KINDS = [
  "pull_requests",
  "commits",
  "checks",
  "workflow_runs",
  "deployments",
  "releases",
  "tags",
] as const;

export function repository(
  values: Partial<RepositoryCompleteness> = {},
  pulls: Partial<KindEntry> = {},
): RepositoryCompleteness {
  const entry: KindEntry = {
    kind: "pull_requests",
    state: "complete",
    source: 30,
    stored: 30,
    difference: 0,
    counted_at: "2026-08-20T12:00:00Z",
    complete_to: "2026-08-20T12:00:00Z",
    reason: null,
  };
  const missing: Partial<KindEntry> = { source: null, stored: null, difference: null };
  return {
    id: 5,
    name: "org/one",
    connection: "ghes",
    state: "active",
    reason: null,
    kinds: KINDS.map((kind) =>
      kind === "pull_requests"
        ? { ...entry, ...pulls }
        : { ...entry, ...missing, kind, reason: "Not counted yet." },
    ),
    last_run: {
      outcome: "succeeded",
      reason: null,
      action: null,
      finished_at: "2026-08-20T12:00:00Z",
    },
    ...values,
  };
}

export function project(
  values: Partial<ProjectCompleteness> = {},
  issues: Partial<KindEntry> = {},
): ProjectCompleteness {
  const { kinds, last_run } = repository();
  return {
    id: 7,
    key: "FORGE",
    name: "Forge",
    connection: "ghes",
    state: "active",
    reason: null,
    issues: { ...(kinds[0] as KindEntry), kind: "issues", ...issues },
    last_run,
    ...values,
  };
}

export function quality(values: Partial<Quality> = {}): Quality {
  return {
    complete: true,
    fresh_to: "2026-08-20T12:00:00Z",
    kinds: KINDS.map((kind) => ({
      kind,
      repositories: 1,
      counted: kind === "pull_requests" ? 1 : 0,
      complete: 1,
      unavailable: 0,
      source: kind === "pull_requests" ? 30 : null,
      stored: kind === "pull_requests" ? 30 : null,
      missing: kind === "pull_requests" ? 0 : null,
      complete_to: "2026-08-20T12:00:00Z",
    })),
    connections: [
      {
        slug: "ghes",
        name: "Our GHES",
        url: "https://ghes.example",
        state: "working",
        reason: null,
        action: null,
        server_version: "3.19.1",
        repositories: 1,
        projects: null,
        last_synced_at: "2026-08-20T12:00:00Z",
        waiting_until: null,
        requests_per_hour: 10_000,
        this_hour: { requests: 2500, not_modified: 40, points: 2600 },
        last_day: { requests: 31_000, not_modified: 400, points: 33_000 },
        quiet_from: "22:00:00",
        quiet_to: "06:00:00",
      },
    ],
    repositories: [repository()],
    total: 1,
    page: 1,
    page_size: 25,
    projects: [],
    projects_total: 0,
    projects_page: 1,
    parked: [],
    parked_total: 0,
    unmatched: { accounts: 2, git_addresses: 1 },
    left_out: [{ reason: "bot_author", n: 4 }],
    sees_all: true,
    may_retry: true,
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
      narrowed: false,
    },
    people: 4,
    suppressed: null,
    not_kept: null,
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
    completeness: whole,
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
