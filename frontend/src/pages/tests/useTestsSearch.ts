import { getRouteApi } from "@tanstack/react-router";
import type { ChangeSearch } from "../filters/search";
import { useChange } from "../filters/useChange";
import type { TestsSearch } from "./search";

const route = getRouteApi("/tests");

export type ChangeTests = ChangeSearch<TestsSearch>;

/** The address as state: what it says, and how to change a part of it. */
export function useTestsSearch(): [TestsSearch, ChangeTests] {
  return [route.useSearch(), useChange(route.useNavigate())];
}
