import { getRouteApi } from "@tanstack/react-router";
import type { ChangeSearch as Change } from "../filters/search";
import { useChange } from "../filters/useChange";
import type { Search } from "./search";

const route = getRouteApi("/pull-requests");

export type ChangeSearch = Change<Search>;

/** The address as state: what it says, and how to change a part of it. */
export function useSearchState(): [Search, ChangeSearch] {
  return [route.useSearch(), useChange(route.useNavigate())];
}
