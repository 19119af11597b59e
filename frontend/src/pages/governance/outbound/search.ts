import * as v from "valibot";
import { optional } from "../../filters/search";

/** The part's whole state, as it stands in the address. Anything unreadable falls back. */

export const DAYS = [7, 30, 90, 400] as const;
export const USUAL_DAYS = 30;

export const outboundSchema = v.object({
  /** So many until today, in UTC. Absent: 30. */
  span: optional(v.picklist(DAYS)),
  /** The one that is looked into, as host:port. */
  destination: optional(v.pipe(v.string(), v.maxLength(300))),
  /** What the picture shows is told as a table. */
  table: optional(v.literal(true)),
});

export type OutboundSearch = v.InferOutput<typeof outboundSchema>;
