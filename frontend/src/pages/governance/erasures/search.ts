import * as v from "valibot";
import { openId, optional, pageNumber } from "../../filters/search";

export const PAGE_SIZE = 25;

/** The part's whole state, as it stands in the address. Anything unreadable falls back. */
export const erasuresSchema = v.object({
  page: pageNumber,
  /** The one that is looked into. */
  erasure: openId,
  /** The one whose certificate is shown in place of the list. */
  certificate: openId,
  /** The form to ask for one is open. */
  ask: optional(v.literal(true)),
});
