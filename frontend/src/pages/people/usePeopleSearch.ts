import { getRouteApi } from "@tanstack/react-router";
import type { ChangeSearch } from "../filters/search";
import { useChange } from "../filters/useChange";
import type { PeopleSearch } from "./search";

const route = getRouteApi("/people");

export type ChangePeople = ChangeSearch<PeopleSearch>;

/** The address as state: what it says, and how to change a part of it. */
export function usePeopleSearch(): [PeopleSearch, ChangePeople] {
  return [route.useSearch(), useChange(route.useNavigate(), { replace: true })];
}
