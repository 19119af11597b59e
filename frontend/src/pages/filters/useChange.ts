import { useCallback } from "react";
import type { ChangeSearch } from "./search";

type Navigate<Search> = (to: {
  search: (before: Search) => Search;
  replace: boolean;
  resetScroll: false;
}) => Promise<void>;

/** How to change a part of a page's address and leave the rest. `replace`: what it does where nothing is said. */
export function useChange<Search>(
  navigate: Navigate<Search>,
  { replace } = { replace: false },
): ChangeSearch<Search> {
  return useCallback(
    (part, options) => {
      void navigate({
        search: (before) => ({ ...before, ...part }),
        replace: options?.replace ?? replace,
        resetScroll: false,
      });
    },
    [navigate, replace],
  );
}
