import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import type { ChangeSearch } from "../filters/search";
import type { TestsSearch } from "./search";

const route = getRouteApi("/tests");

export type ChangeTests = ChangeSearch<TestsSearch>;

/** The address as state: what it says, and how to change a part of it. */
export function useTestsSearch(): [TestsSearch, ChangeTests] {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = useCallback<ChangeTests>(
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
