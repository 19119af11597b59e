import * as v from "valibot";
import type { Me } from "../../api/types";
import { addDays, daysBetween, isDay } from "../../ui/dates";

/** What the pages have in common in their addresses: whose work, and when. */

export const PRESET_DAYS = [30, 90, 365] as const;
export const DEFAULT_DAYS = 90;

/** Anything unreadable falls back, so that an old link still opens. */
export function optional<Schema extends v.GenericSchema>(schema: Schema) {
  return v.fallback(v.optional(schema), undefined);
}

const day = v.pipe(v.string(), v.check(isDay));

export const filterFields = {
  /** A team's slug; "" is all teams; absent is the viewer's first. */
  team: optional(v.string()),
  /** Instead of a team's the viewer's own, on pages that have it. */
  mine: optional(v.boolean()),
  days: optional(v.picklist(PRESET_DAYS)),
  /** Half-open: `to` is the first day outside. Wins over `days`. */
  from: optional(day),
  to: optional(day),
  /** Whether pull requests of bots count. */
  bots: optional(v.boolean()),
};

/** A page of a table after the first, and the id of what is open beside it. */
export const pageNumber = optional(v.pipe(v.number(), v.integer(), v.minValue(2)));
export const openId = optional(v.pipe(v.number(), v.integer(), v.minValue(1)));

const filterSchema = v.object(filterFields);

export type FilterSearch = v.InferOutput<typeof filterSchema>;
export type Range = { from: string; to: string };
export type Scope = Range & { team: string; mine?: boolean; bots: boolean };

/** Changes a part of the address. `replace`: the step back does not lead to the state before. */
export type ChangeSearch<Search> = (
  change: Partial<Search>,
  options?: { replace?: boolean },
) => void;

/** What a link to another page takes along. */
export function carried(search: FilterSearch): FilterSearch {
  const { team, days, from, to, bots } = search;
  return { team, days, from, to, bots };
}

/** Where the address names no team: all, or the largest of the viewer's topmost. Undefined: there is none. */
export function teamOf(search: FilterSearch, me: Pick<Me, "teams" | "may_see_all_teams">) {
  if (search.team !== undefined) return search.team;
  if (me.may_see_all_teams) return "";
  const topmost = me.teams.filter((team) => team.parent === null);
  return topmost.sort((one, other) => other.members - one.members)[0]?.slug;
}

function ownRange({ from, to }: FilterSearch): Range | null {
  return from !== undefined && to !== undefined && from < to ? { from, to } : null;
}

/** The half-open range that the address means, seen on a day. */
export function rangeOf(search: FilterSearch, today: string): Range {
  const to = addDays(today, 1);
  return ownRange(search) ?? { from: addDays(to, -(search.days ?? DEFAULT_DAYS)), to };
}

/** The preset that is chosen, or null where the range is the viewer's own. */
export function presetOf(search: FilterSearch): (typeof PRESET_DAYS)[number] | null {
  return ownRange(search) === null ? (search.days ?? DEFAULT_DAYS) : null;
}

/** "the 90 days before" */
export function previousName({ from, to }: Range): string {
  const days = daysBetween(from, to);
  return days === 1 ? "the day before" : `the ${days} days before`;
}
