import * as v from "valibot";
import { filterFields, openId, optional, pageNumber } from "../filters/search";

/** The page's whole state, as it stands in the address. */

export const TABLES = ["weeks", "lead-time"] as const;

export const deliverySchema = v.object({
  ...filterFields,
  /** A kind of environment; absent: production. */
  environment: optional(v.string()),
  service: optional(v.string()),
  outcome: optional(v.string()),
  q: optional(v.string()),
  /** A leading - sorts downward. */
  sort: optional(v.string()),
  page: pageNumber,
  /** Charts shown as tables. */
  tables: optional(v.array(v.picklist(TABLES))),
  /** The deployment that is open. */
  deployment: openId,
});

export type DeliverySearch = v.InferOutput<typeof deliverySchema>;
export type ChartName = (typeof TABLES)[number];
