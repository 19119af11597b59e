import * as v from "valibot";
import { filterFields, optional, pageNumber } from "../filters/search";

/** The page's whole state, as it stands in the address. */

export const VIEWS = ["effort", "issues", "pull_requests"] as const;
export const KINDS = ["issue", "pull_request"] as const;
export const TABLES = ["months"] as const;

export const investmentSchema = v.object({
  ...filterFields,
  /** How work is counted. Absent: by effort. */
  view: optional(v.picklist(VIEWS)),
  /** The code of the category that the table is narrowed to. Absent: all. */
  category: optional(v.string()),
  /** Absent: issues and pull requests. */
  kind: optional(v.picklist(KINDS)),
  page: pageNumber,
  /** Charts shown as tables. */
  tables: optional(v.array(v.picklist(TABLES))),
});

export type InvestmentSearch = v.InferOutput<typeof investmentSchema>;
export type ViewName = (typeof VIEWS)[number];
export type ChartName = (typeof TABLES)[number];
