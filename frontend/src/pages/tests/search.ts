import * as v from "valibot";
import { filterFields, pageNumber } from "../filters/search";

/** The page's whole state, as it stands in the address. */
export const testsSchema = v.object({ ...filterFields, page: pageNumber });

export type TestsSearch = v.InferOutput<typeof testsSchema>;
