import { whole } from "../../testing/answers";
import type { RunFigures, RunGroup, Spread, Test, TestDetail } from "./types";

/** Answers about test runs as tests need them, with what a test does not care about filled in. */

function spread(definition: string, values: Partial<Spread> = {}): Spread {
  return {
    median: 600,
    p75: 900,
    p90: 1200,
    p95: 1500,
    n: 90,
    unit: "seconds",
    reason: null,
    definition,
    ...values,
  };
}

export function runFigures(values: Partial<RunFigures> = {}): RunFigures {
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
    runs: { total: 100, succeeded: 72, failed: 18, neither: 10, definition: "test_runs" },
    failure_rate: {
      value: 0.2,
      numerator: 18,
      denominator: 90,
      reason: null,
      definition: "run_failure_rate",
    },
    queue: spread("queue_time", { median: 20 }),
    duration: spread("run_duration"),
    feedback: spread("time_to_feedback", { median: 1800 }),
    feedback_waiting: 2,
    wasted: { seconds: 5400, attempts: 6, reason: null, definition: "wasted_time" },
    tests: 1200,
    flaky_tests: 3,
    muted_tests: 1,
    tests_reason: null,
    weeks: [
      {
        start: "2026-08-10",
        partial: false,
        suppressed: false,
        runs: 60,
        failed: 12,
        failure_rate: 0.2,
        duration_median: 660,
        duration_p95: 1560,
        queue_median: 30,
        feedback_median: 1800,
        wasted_seconds: 3600,
      },
      {
        start: "2026-08-17",
        partial: true,
        suppressed: true,
        runs: null,
        failed: null,
        failure_rate: null,
        duration_median: null,
        duration_p95: null,
        queue_median: null,
        feedback_median: null,
        wasted_seconds: null,
      },
    ],
    previous: null,
    versions: { test_runs: 1 },
    computed_at: "2026-08-20T11:58:00Z",
    completeness: whole,
    ...values,
  };
}

export function group(values: Partial<RunGroup> = {}): RunGroup {
  return {
    repository: "org/one",
    source: "workflow",
    name: "CI",
    key: null,
    suppressed: false,
    runs: 80,
    succeeded: 60,
    failed: 20,
    neither: 0,
    failure_rate: 0.25,
    queue_median: 20,
    duration_median: 720,
    duration_p75: 900,
    duration_p90: 1200,
    duration_p95: 1380,
    machine_seconds: 90_000,
    wasted_seconds: 4800,
    wasted_attempts: 5,
    last_finished_at: "2026-08-20T10:00:00Z",
    ...values,
  };
}

export function aTest(values: Partial<Test> = {}): Test {
  return {
    id: 7,
    repository: "org/one",
    suite: "tests.test_retry",
    name: "retry survives a broken broker",
    file: "tests/test_retry.py",
    file_url: "https://ghes.example/org/one/blob/HEAD/tests/test_retry.py",
    passed: 95,
    failed: 6,
    skipped: 0,
    commits: 40,
    flaky_commits: 5,
    flake_rate: 0.125,
    failure_rate: 0.059,
    seconds: 34,
    mean_seconds: 0.34,
    slowest_seconds: 2.1,
    first_seen_on: "2026-03-01",
    last_seen_on: "2026-08-19",
    last_flaky_on: "2026-08-18",
    owners: ["@org/core"],
    muted: null,
    proof: [
      {
        sha: "0123456789abcdef0123456789abcdef01234567",
        url: "https://ghes.example/org/one/commit/0123456789abcdef0123456789abcdef01234567",
        day: "2026-08-18",
      },
    ],
    ...values,
  };
}

export function testDetail(values: Partial<TestDetail> = {}): TestDetail {
  const { proof, ...known } = aTest();
  return {
    ...known,
    proof,
    proofs: proof.map((commit) => ({
      ...commit,
      outcomes: [
        {
          key: "7.0",
          at: "2026-08-18T08:00:00Z",
          outcome: "failed",
          seconds: 0.4,
          run_url: "https://ghes.example/org/one/actions/runs/5",
          job: "test",
        },
        {
          key: "7.1",
          at: "2026-08-18T08:20:00Z",
          outcome: "passed",
          seconds: 0.3,
          run_url: null,
          job: "test",
        },
      ],
    })),
    days: [
      {
        day: "2026-08-18",
        passed: 3,
        failed: 1,
        skipped: 0,
        commits: 2,
        flaky_commits: 1,
        mean_seconds: 0.35,
      },
    ],
    note: "A renamed test is another one.",
    ...values,
  };
}

export const page = <Row>(...items: Row[]) => ({
  items,
  total: items.length,
  page: 1,
  page_size: 15,
});
