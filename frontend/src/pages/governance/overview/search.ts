import * as v from "valibot";
import { optional } from "../../filters/search";

/** The part's whole state, as it stands in the address. Anything unreadable falls back. */
export const overviewSchema = v.object({
  /** The promise that is looked into. */
  promise: optional(v.pipe(v.string(), v.maxLength(60))),
});
