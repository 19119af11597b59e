import * as v from "valibot";
import { filterFields, openId, optional, pageNumber } from "../filters/search";

/** The page's whole state, as it stands in the address. */

export const SORTS = [
  "merged_at",
  "opened_at",
  "cycle_time",
  "time_to_first_review",
  "size",
  "reviews",
  "title",
  "author",
  "-merged_at",
  "-opened_at",
  "-cycle_time",
  "-time_to_first_review",
  "-size",
  "-reviews",
  "-title",
  "-author",
] as const;
export const TABLES = ["stages", "distribution", "scatter"] as const;

export const searchSchema = v.object({
  ...filterFields,
  /** Durations in working time; absent: elapsed. */
  time: optional(v.literal("working")),
  state: optional(v.picklist(["merged", "open"])),
  q: optional(v.string()),
  /** A leading - sorts downward. */
  sort: optional(v.picklist(SORTS)),
  page: pageNumber,
  /** Charts shown as tables. */
  tables: optional(v.array(v.picklist(TABLES))),
  /** The pull request whose timeline is open. */
  pr: openId,
});

export type Search = v.InferOutput<typeof searchSchema>;
export type Sort = (typeof SORTS)[number];
export type ChartName = (typeof TABLES)[number];
