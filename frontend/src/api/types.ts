/** Shapes of the HTTP API. */

export type Team = {
  slug: string;
  name: string;
  parent: string | null;
  time_zone: string;
  members: number;
};

export type Me = {
  name: string;
  email: string;
  role: string;
  organisation: { name: string; time_zone: string; minimum_group_size: number };
  teams: Team[];
  may_see_all_teams: boolean;
  demo: { note: string } | null;
  today: string;
  links: { admin: string | null; docs: string | null; security: string; sign_out: string };
};

export type Definition = {
  key: string;
  name: string;
  text: string;
  source: string;
  version: number;
};

export type LastRun = {
  outcome: string;
  reason: string | null;
  action: string | null;
  finished_at: string | null;
};

export type RepositoryStatus = {
  name: string;
  stored: number;
  expected: number | null;
  state: "waiting" | "syncing" | "complete" | "lost_access" | "gone";
  last_run: LastRun | null;
};

export type Status = {
  state: "not_connected" | "syncing" | "ready" | "misconfigured";
  reason: string | null;
  action: string | null;
  stored: number;
  expected: number | null;
  eta_seconds: number | null;
  waiting_until: string | null;
  fresh_to: string | null;
  repositories: RepositoryStatus[];
};

export type Distribution = {
  median: number | null;
  p75: number | null;
  p90: number | null;
  n: number | null;
  unit: "seconds" | "lines";
  reason: string | null;
  definition: string;
};

export type Ratio = {
  value: number | null;
  numerator: number | null;
  denominator: number | null;
  reason: string | null;
  definition: string;
};

export type StageName = "coding" | "pickup" | "review" | "merge";

export type Week = {
  start: string;
  partial: boolean;
  suppressed: boolean;
  n: number | null;
  cycle_time_median: number | null;
  stages: Record<StageName, number> | null;
};

export type Bucket = { from_seconds: number; to_seconds: number | null; n: number };

export type Figures = {
  team: { slug: string; name: string } | null;
  range: { from: string; to: string; time_zone: string; weeks_partial: string[] };
  people: number | null;
  suppressed: { reason: string; minimum_group_size: number } | null;
  cycle_time: Distribution | null;
  coding: Distribution | null;
  pickup: Distribution | null;
  review: Distribution | null;
  merge: Distribution | null;
  time_to_first_review: Distribution | null;
  batch_size: Distribution | null;
  review_rate: Ratio | null;
  throughput: {
    merged: number;
    per_week_median: number | null;
    weeks: number;
    definition: string;
  } | null;
  weeks: Week[];
  histogram: Bucket[];
  excluded: { reason: string; n: number }[];
  open: number | null;
  waiting: number | null;
  closed_unmerged: number | null;
  unreviewed: number | null;
  versions: { pull_request: number; generated_files: number };
  computed_at: string | null;
  previous: {
    from: string;
    to: string;
    cycle_time_median: number | null;
    time_to_first_review_median: number | null;
    review_rate: number | null;
    merged: number;
    batch_size_median: number | null;
  } | null;
};

export type ScatterPoint = {
  id: number;
  number: number;
  repository: string;
  title: string;
  merged_at: string;
  cycle_seconds: number;
  size_lines: number | null;
};

export type Scatter = {
  points: ScatterPoint[];
  n: number;
  shown: number;
  sampled: boolean;
};

export type PullRequestRow = {
  id: number;
  repository: string;
  number: number;
  title: string;
  author: string | null;
  url: string;
  state: "open" | "merged" | "closed";
  opened_at: string;
  merged_at: string | null;
  cycle_seconds: number | null;
  coding_seconds: number | null;
  pickup_seconds: number | null;
  review_seconds: number | null;
  merge_seconds: number | null;
  first_review_seconds: number | null;
  size_lines: number | null;
  size_files: number | null;
  review_count: number;
  stage: StageName | null;
  stage_since: string | null;
  flags: string[];
};

export type PullRequestPage = {
  items: PullRequestRow[];
  total: number;
  page: number;
  page_size: number;
};

export type PullRequestDetail = PullRequestRow & {
  versions: { pull_request: number; generated_files: number };
  events: {
    at: string;
    kind: string;
    actor: string | null;
    counts: boolean;
    note: string | null;
  }[];
  stages: {
    name: StageName;
    from: string;
    to: string;
    seconds: number;
    reason: string | null;
  }[];
};
