import * as v from "valibot";
import { optional } from "../../filters/search";

/** The part's whole state, as it stands in the address. Anything unreadable falls back. */
export const VERDICTS = ["fail", "not shown", "manual", "not applicable", "pass"] as const;

export const assessmentsSchema = v.object({
  /** The assessment that is read. Absent: the newest. */
  number: optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  /** Requirements of this verdict alone. */
  verdict: optional(v.picklist(VERDICTS)),
  /** Requirements of this chapter alone, such as V2. */
  chapter: optional(v.pipe(v.string(), v.regex(/^V\d{1,2}$/))),
  /** The requirement that is looked into. */
  requirement: optional(v.pipe(v.string(), v.maxLength(12))),
});
