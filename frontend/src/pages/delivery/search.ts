import * as v from "valibot";
import { filterFields, openId, optional, pageNumber } from "../filters/search";

/** The page's whole state, as it stands in the address. */

export const TABLES = ["weeks", "lead-time"] as const;
export const ENVIRONMENT_NAMES = ["production", "staging", "testing", "development"] as const;
export const OUTCOMES = ["succeeded", "failed_in_use", "failed", "in_progress"] as const;
export const SORTS = [
  "finished_at",
  "repository",
  "service",
  "outcome",
  "changes",
  "lead_time",
  "restore",
  "-finished_at",
  "-repository",
  "-service",
  "-outcome",
  "-changes",
  "-lead_time",
  "-restore",
] as const;

export const CONSIDERED = ["all", "yes", "no"] as const;
export const SOURCE_NAMES = [
  "github_deployment",
  "workflow",
  "check",
  "release",
  "tag",
  "merge",
  "api",
] as const;

export const deliverySchema = v.object({
  ...filterFields,
  /** Absent: production. */
  environment: optional(v.picklist(ENVIRONMENT_NAMES)),
  /** A service is known by its repository and its name. */
  repository: optional(v.string()),
  service: optional(v.string()),
  /** Absent: all. */
  outcome: optional(v.picklist(OUTCOMES)),
  q: optional(v.string()),
  /** A leading - sorts downward. */
  sort: optional(v.picklist(SORTS)),
  page: pageNumber,
  /** Charts shown as tables. */
  tables: optional(v.array(v.picklist(TABLES))),
  /** The deployment that is open. */
  deployment: openId,
  /** All that may be a deployment: those that are, or are none, with the reasons. Absent: not shown. */
  considered: optional(v.picklist(CONSIDERED)),
  told_by: optional(v.picklist(SOURCE_NAMES)),
  named: optional(v.string()),
  considered_page: pageNumber,
});

export type DeliverySearch = v.InferOutput<typeof deliverySchema>;
export type ChartName = (typeof TABLES)[number];

/** What the page is narrowed to, beside team and range. Empty: all. */
export function narrowing({ environment, repository, service }: DeliverySearch) {
  return {
    environment: environment ?? ("production" as const),
    repository: repository ?? "",
    service: service ?? "",
  };
}
