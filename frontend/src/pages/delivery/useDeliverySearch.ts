import { getRouteApi } from "@tanstack/react-router";
import type { ChangeSearch } from "../filters/search";
import { useChange } from "../filters/useChange";
import type { DeliverySearch } from "./search";

const route = getRouteApi("/delivery");

export type ChangeDelivery = ChangeSearch<DeliverySearch>;

/** The address as state: what it says, and how to change a part of it. */
export function useDeliverySearch(): [DeliverySearch, ChangeDelivery] {
  return [route.useSearch(), useChange(route.useNavigate())];
}
