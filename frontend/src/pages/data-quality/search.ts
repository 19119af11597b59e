import * as v from "valibot";
import type { QualityFilters } from "../../api/types";

/** The page's whole state, as it stands in the address. Anything unreadable falls back. */

function optional<Schema extends v.GenericSchema>(schema: Schema) {
  return v.fallback(v.optional(schema), undefined);
}

export const PAGE_SIZE = 25;

export const qualitySchema = v.object({
  /** A connection's slug; absent: all. */
  connection: optional(v.string()),
  show: optional(v.picklist(["all", "incomplete"])),
  q: optional(v.string()),
  page: optional(v.pipe(v.number(), v.integer(), v.minValue(2))),
  /** Of the projects. */
  projects: optional(v.pipe(v.number(), v.integer(), v.minValue(2))),
  /** The repository whose kinds are open. */
  open: optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
});

export type QualitySearch = v.InferOutput<typeof qualitySchema>;

export function filtersOf(search: QualitySearch): QualityFilters {
  return {
    connection: search.connection ?? "",
    show: search.show ?? "all",
    search: search.q ?? "",
    page: search.page ?? 1,
    page_size: PAGE_SIZE,
    projects_page: search.projects ?? 1,
  };
}
