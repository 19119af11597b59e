import * as v from "valibot";
import { openId, optional, pageNumber } from "../../filters/search";

/** The part's whole state, as it stands in the address. Anything unreadable falls back. */

export const PAGE_SIZE = 25;

export const incidentsSchema = v.object({
  /** Absent: those that are open. */
  show: optional(v.picklist(["closed", "all"])),
  page: pageNumber,
  /** The one that is looked into. */
  incident: openId,
});

export type IncidentsSearch = v.InferOutput<typeof incidentsSchema>;
