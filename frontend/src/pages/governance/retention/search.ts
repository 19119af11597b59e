import * as v from "valibot";
import { optional } from "../../filters/search";

/** The part's whole state, as it stands in the address. Anything unreadable falls back. */
export const retentionSchema = v.object({
  /** The policy that is looked into. */
  policy: optional(v.string()),
});
