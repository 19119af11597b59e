import * as v from "valibot";

/** The part's whole state, as it stands in the address. Anything unreadable falls back. */

function optional<Schema extends v.GenericSchema>(schema: Schema) {
  return v.fallback(v.optional(schema), undefined);
}

export const PAGE_SIZE = 25;

export const requestsSchema = v.object({
  /** Absent: those that are open. */
  show: optional(v.picklist(["closed", "all"])),
  kind: optional(v.picklist(["access", "erasure", "rectification", "objection"])),
  page: optional(v.pipe(v.number(), v.integer(), v.minValue(2))),
  /** The one that is looked into. */
  request: optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
});

export type RequestsSearch = v.InferOutput<typeof requestsSchema>;
