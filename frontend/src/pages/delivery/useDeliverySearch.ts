import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import type { ChangeSearch } from "../filters/search";
import type { DeliverySearch } from "./search";

const route = getRouteApi("/delivery");

export type ChangeDelivery = ChangeSearch<DeliverySearch>;

/** The address as state: what it says, and how to change a part of it. */
export function useDeliverySearch(): [DeliverySearch, ChangeDelivery] {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = useCallback<ChangeDelivery>(
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
