import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import type { InvestmentFilters, InvestmentPageFilters } from "./types";

/** What the page asks. */

const RESTING_MS = 60_000;

export const figuresQuery = (query: InvestmentFilters) =>
  queryOptions({
    queryKey: ["investment", "figures", query],
    queryFn: () => answer(api.GET("/api/v1/investment/figures", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: RESTING_MS,
  });

export const pageQuery = (query: InvestmentPageFilters) =>
  queryOptions({
    queryKey: ["investment", "items", query],
    queryFn: () => answer(api.GET("/api/v1/investment/items", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: RESTING_MS,
  });
