import * as v from "valibot";
import type { Filters, Me } from "../../api/types";
import { addDays, daysBetween, isDay } from "../../ui/dates";

/** The page's whole state, as it stands in the address. Anything unreadable falls back, so that an old link still opens. */

export const PRESET_DAYS = [30, 90, 365] as const;
export const SORTS = [
  "merged_at",
  "opened_at",
  "cycle_time",
  "time_to_first_review",
  "size",
  "reviews",
  "title",
  "author",
  "-merged_at",
  "-opened_at",
  "-cycle_time",
  "-time_to_first_review",
  "-size",
  "-reviews",
  "-title",
  "-author",
] as const;
export const TABLES = ["stages", "distribution", "scatter"] as const;

const day = v.pipe(v.string(), v.check(isDay));

function optional<Schema extends v.GenericSchema>(schema: Schema) {
  return v.fallback(v.optional(schema), undefined);
}

export const searchSchema = v.object({
  /** A team's slug; "" is all teams; absent is the viewer's first. */
  team: optional(v.string()),
  days: optional(v.picklist(PRESET_DAYS)),
  /** Half-open: `to` is the first day outside. Wins over `days`. */
  from: optional(day),
  to: optional(day),
  bots: optional(v.boolean()),
  state: optional(v.picklist(["merged", "open"])),
  q: optional(v.string()),
  /** A leading - sorts downward. */
  sort: optional(v.picklist(SORTS)),
  page: optional(v.pipe(v.number(), v.integer(), v.minValue(2))),
  /** Charts shown as tables. */
  tables: optional(v.array(v.picklist(TABLES))),
  /** The pull request whose timeline is open. */
  pr: optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
});

export type Search = v.InferOutput<typeof searchSchema>;
export type Sort = (typeof SORTS)[number];
export type ChartName = (typeof TABLES)[number];

export const DEFAULT_DAYS = 90;

/** Where the address names no team: all, or the largest of the viewer's topmost. Undefined: there is none. */
export function teamOf(search: Search, me: Pick<Me, "teams" | "may_see_all_teams">) {
  if (search.team !== undefined) return search.team;
  if (me.may_see_all_teams) return "";
  const topmost = me.teams.filter((team) => team.parent === null);
  return topmost.sort((one, other) => other.members - one.members)[0]?.slug;
}

/** The half-open range that the address means, seen on a day. */
export function rangeOf(search: Search, today: string): { from: string; to: string } {
  if (search.from !== undefined && search.to !== undefined && search.from < search.to) {
    return { from: search.from, to: search.to };
  }
  const to = addDays(today, 1);
  return { from: addDays(to, -(search.days ?? DEFAULT_DAYS)), to };
}

/** The preset that is chosen, or null where the range is the viewer's own. */
export function presetOf(search: Search): (typeof PRESET_DAYS)[number] | null {
  if (search.from !== undefined && search.to !== undefined && search.from < search.to) return null;
  return search.days ?? DEFAULT_DAYS;
}

/** "the 90 days before" */
export function previousName(filters: Filters): string {
  const days = daysBetween(filters.from, filters.to);
  return days === 1 ? "the day before" : `the ${days} days before`;
}
