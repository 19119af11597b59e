import * as v from "valibot";

/** The part's whole state, as it stands in the address. Anything unreadable falls back. */
export const auditSchema = v.object({});
