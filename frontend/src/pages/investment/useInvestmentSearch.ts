import { getRouteApi } from "@tanstack/react-router";
import type { ChangeSearch } from "../filters/search";
import { useChange } from "../filters/useChange";
import type { InvestmentSearch } from "./search";

const route = getRouteApi("/investment");

export type ChangeInvestment = ChangeSearch<InvestmentSearch>;

/** The address as state: what it says, and how to change a part of it. */
export function useInvestmentSearch(): [InvestmentSearch, ChangeInvestment] {
  return [route.useSearch(), useChange(route.useNavigate())];
}
