import { getRouteApi } from "@tanstack/react-router";
import type { ChangeSearch } from "../filters/search";
import { useChange } from "../filters/useChange";
import type { IssuesSearch } from "./search";

const route = getRouteApi("/issues");

export type ChangeIssues = ChangeSearch<IssuesSearch>;

/** The address as state: what it says, and how to change a part of it. */
export function useIssuesSearch(): [IssuesSearch, ChangeIssues] {
  return [route.useSearch(), useChange(route.useNavigate())];
}
