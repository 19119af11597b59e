import * as v from "valibot";

function optional<Schema extends v.GenericSchema>(schema: Schema) {
  return v.fallback(v.optional(schema), undefined);
}

const key = v.pipe(v.number(), v.integer(), v.minValue(1));

export const PAGE_SIZE = 25;

/** The part's whole state, as it stands in the address. Anything unreadable falls back. */
export const erasuresSchema = v.object({
  page: optional(v.pipe(v.number(), v.integer(), v.minValue(2))),
  /** The one that is looked into. */
  erasure: optional(key),
  /** The one whose certificate is shown in place of the list. */
  certificate: optional(key),
  /** The form to ask for one is open. */
  ask: optional(v.literal(true)),
});

export type ErasuresSearch = v.InferOutput<typeof erasuresSchema>;
