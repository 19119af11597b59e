import { getRouteApi } from "@tanstack/react-router";
import type { ChangeSearch } from "../../filters/search";
import { useChange } from "../../filters/useChange";
import type { OutboundSearch } from "./search";

const route = getRouteApi("/governance/outbound");

export type ChangeOutbound = ChangeSearch<OutboundSearch>;

/** The address as state: what it says, and how to change a part of it. */
export function useOutboundSearch(): [OutboundSearch, ChangeOutbound] {
  return [route.useSearch(), useChange(route.useNavigate())];
}
