import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import type { PeopleSearch } from "./search";

const route = getRouteApi("/people");

export type ChangePeople = (change: Partial<PeopleSearch>) => void;

/** The address as state. */
export function usePeopleSearch(): [PeopleSearch, ChangePeople] {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = useCallback<ChangePeople>(
    (part) => {
      void navigate({
        search: (before) => ({ ...before, ...part }),
        replace: true,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [search, change];
}
