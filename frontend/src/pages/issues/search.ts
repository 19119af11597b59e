import * as v from "valibot";
import { filterFields, openId, optional, pageNumber } from "../filters/search";

/** The page's whole state, as it stands in the address. */

export const TABLES = ["weeks", "scatter", "age"] as const;
export const STATES = ["done", "direct_to_done", "in_progress", "open"] as const;
export const SORTS = [
  "done_at",
  "started_at",
  "cycle_time",
  "elapsed",
  "key",
  "issue_type",
  "assignee",
  "state_since",
  "-done_at",
  "-started_at",
  "-cycle_time",
  "-elapsed",
  "-key",
  "-issue_type",
  "-assignee",
  "-state_since",
] as const;

export const issuesSchema = v.object({
  ...filterFields,
  /** A project's key. Absent: all. */
  project: optional(v.string()),
  type: optional(v.string()),
  /** Whether parts of issues count as well. */
  parts: optional(v.boolean()),
  /** Absent: done in the range. */
  state: optional(v.picklist(STATES)),
  q: optional(v.string()),
  /** A leading - sorts downward. */
  sort: optional(v.picklist(SORTS)),
  page: pageNumber,
  /** Charts shown as tables. */
  tables: optional(v.array(v.picklist(TABLES))),
  /** The issue that is open. */
  issue: openId,
  /** The sprint that is open, and what its burn-up counts. Absent: issues. */
  sprint: openId,
  burn_up: optional(v.picklist(["points"])),
});

export type IssuesSearch = v.InferOutput<typeof issuesSchema>;
export type ChartName = (typeof TABLES)[number];

/** What the page is narrowed to, beside team and range. Empty: all. */
export function narrowing({ project, type, parts }: IssuesSearch) {
  return { project: project ?? "", issue_type: type ?? "", subtasks: parts ?? false };
}
