import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import type { QualitySearch } from "./search";

const route = getRouteApi("/data-quality");

export type ChangeQuality = (change: Partial<QualitySearch>) => void;

/** The address as state. */
export function useQualitySearch(): [QualitySearch, ChangeQuality] {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = useCallback<ChangeQuality>(
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
