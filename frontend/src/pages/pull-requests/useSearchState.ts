import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import type { ChangeSearch as Change } from "../filters/search";
import type { Search } from "./search";

const route = getRouteApi("/pull-requests");

export type ChangeSearch = Change<Search>;

/** The address as state: what it says, and how to change a part of it. */
export function useSearchState(): [Search, ChangeSearch] {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = useCallback<ChangeSearch>(
    (part, options) => {
      void navigate({
        search: (before) => ({ ...before, ...part }),
        replace: options?.replace ?? false,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [search, change];
}
