import * as v from "valibot";
import { optional } from "../../filters/search";

/** The part's whole state, as it stands in the address. Anything unreadable falls back. */

export const VIEWS = ["stored", "entering", "documents", "at-rest"] as const;
export const DATA_CLASSES = [
  "identifier",
  "personal",
  "work metadata",
  "secret",
  "operational",
] as const;

export const inventorySchema = v.object({
  /** Absent: what is stored. */
  view: optional(v.picklist(VIEWS)),
  area: optional(v.string()),
  class: optional(v.picklist(DATA_CLASSES)),
  q: optional(v.string()),
});

export type InventorySearch = v.InferOutput<typeof inventorySchema>;
