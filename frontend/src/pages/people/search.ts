import * as v from "valibot";

/** The page's whole state, as it stands in the address. Anything unreadable falls back. */

function optional<Schema extends v.GenericSchema>(schema: Schema) {
  return v.fallback(v.optional(schema), undefined);
}

export const PAGE_SIZE = 25;
export const TABS = ["people", "matches", "bots", "teams"] as const;

export const peopleSchema = v.object({
  /** Absent: people. */
  tab: optional(v.picklist(TABS)),
  q: optional(v.string()),
  /** Which people, or which identities; absent: all people, and the bots. */
  show: optional(v.picklist(["departed", "no_team", "all", "by_hand", "unmatched"])),
  page: optional(v.pipe(v.number(), v.integer(), v.minValue(2))),
  /** The team that is looked into. */
  team: optional(v.string()),
  /** Of what was merged. */
  merges: optional(v.pipe(v.number(), v.integer(), v.minValue(2))),
});

export type PeopleSearch = v.InferOutput<typeof peopleSchema>;
