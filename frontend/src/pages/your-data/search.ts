import * as v from "valibot";

/** The page's state, as it stands in the address: what is about to be asked for. */
export const yourDataSchema = v.object({
  ask: v.fallback(
    v.optional(v.picklist(["access", "erasure", "rectification", "objection"])),
    undefined,
  ),
});
