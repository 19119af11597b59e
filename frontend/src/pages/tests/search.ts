import * as v from "valibot";
import { filterFields, openId, optional, pageNumber } from "../filters/search";

/** The page's whole state, as it stands in the address. */

export const TABLES = ["heat", "durations", "wasted"] as const;
export const GROUPS = ["workflow", "job", "branch", "team"] as const;
export const LISTS = ["flaky", "failing", "slowest"] as const;
export const GROUP_SORTS = [
  "name",
  "runs",
  "failure_rate",
  "queue",
  "duration",
  "p95",
  "wasted",
  "last",
  "-name",
  "-runs",
  "-failure_rate",
  "-queue",
  "-duration",
  "-p95",
  "-wasted",
  "-last",
] as const;
export const TEST_SORTS = [
  "flake_rate",
  "flaky_commits",
  "last_flaky",
  "failure_rate",
  "failed",
  "mean",
  "slowest",
  "seconds",
  "last_seen",
  "name",
  "-flake_rate",
  "-flaky_commits",
  "-last_flaky",
  "-failure_rate",
  "-failed",
  "-mean",
  "-slowest",
  "-seconds",
  "-last_seen",
  "-name",
] as const;
export const SOURCES = ["workflow", "check", "status"] as const;

export const testsSchema = v.object({
  ...filterFields,
  /** One workflow, check or context: its source and its repository say which of that name. */
  workflow: optional(v.string()),
  source: optional(v.picklist(SOURCES)),
  repository: optional(v.string()),
  branches: optional(v.picklist(["default", "other"])),
  /** What the table of runs is by; absent: workflow. */
  by: optional(v.picklist(GROUPS)),
  /** How it is sorted; a leading - sorts downward. */
  by_sort: optional(v.picklist(GROUP_SORTS)),
  by_page: pageNumber,
  /** Which tests are listed; absent: the flaky ones. */
  list: optional(v.picklist(LISTS)),
  /** Absent: muted ones and others. */
  mutes: optional(v.picklist(["muted", "unmuted"])),
  q: optional(v.string()),
  list_sort: optional(v.picklist(TEST_SORTS)),
  page: pageNumber,
  /** Charts shown as tables. */
  tables: optional(v.array(v.picklist(TABLES))),
  /** The test that is open. */
  test: openId,
});

export type TestsSearch = v.InferOutput<typeof testsSchema>;
export type ChartName = (typeof TABLES)[number];
export type GroupName = (typeof GROUPS)[number];
export type ListName = (typeof LISTS)[number];

/** What the runs are narrowed by, beside team and range. Empty: by nothing. */
export function narrowing(search: TestsSearch) {
  return {
    repository: search.repository ?? "",
    source: search.source ?? ("" as const),
    workflow: search.workflow ?? "",
    branch: "",
    branches: search.branches ?? ("all" as const),
  };
}
