import * as v from "valibot";
import { addDays } from "../../../ui/dates";
import type { Range } from "../../../ui/RangePicker";
import { filterFields, openId, optional } from "../../filters/search";

export const PRESET_DAYS = [1, 7, 30, 90] as const;
export type PresetDays = (typeof PRESET_DAYS)[number];
const USUAL_DAYS: PresetDays = 7;

/** The part's whole state, as it stands in the address. Anything unreadable falls back. */
export const auditSchema = v.object({
  /** The last so many days. */
  last: optional(v.picklist(PRESET_DAYS)),
  from: filterFields.from,
  to: filterFields.to,
  q: optional(v.string()),
  /** An act's name, or created, changed or deleted. */
  act: optional(v.string()),
  group: optional(v.string()),
  kind: openId,
  actor: openId,
  address: optional(v.string()),
  /** The event that is looked at. */
  event: openId,
});

export type AuditSearch = v.InferOutput<typeof auditSchema>;

/** Null: the range is the viewer's own. */
export function presetOf(search: AuditSearch): PresetDays | null {
  return isOwn(search) ? null : (search.last ?? USUAL_DAYS);
}

/** Half open; today is in it where it is a preset. */
export function rangeOf(search: AuditSearch, today: string): Range {
  if (isOwn(search)) return { from: search.from, to: search.to };
  return { from: addDays(today, 1 - (search.last ?? USUAL_DAYS)), to: addDays(today, 1) };
}

function isOwn(search: AuditSearch): search is AuditSearch & { from: string; to: string } {
  return search.from !== undefined && search.to !== undefined && search.from < search.to;
}
