import * as v from "valibot";

/** The part's whole state, as it stands in the address. Anything unreadable falls back. */
export const retentionSchema = v.object({
  /** The policy that is looked into. */
  policy: v.fallback(v.optional(v.string()), undefined),
});
