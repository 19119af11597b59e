import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import type { OutboundSearch } from "./search";

const route = getRouteApi("/governance/outbound");

export type ChangeOutbound = (change: Partial<OutboundSearch>) => void;

/** The address as state. */
export function useOutboundSearch(): [OutboundSearch, ChangeOutbound] {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = useCallback<ChangeOutbound>(
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
