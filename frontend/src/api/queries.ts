import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { Filters, PageFilters, QualityFilters } from "./types";

/** Every question that a page asks, with the key under which its answer is kept. */

const COLLECTING_MS = 5_000;
const RESTING_MS = 60_000;
const QUALITY_MS = 15_000;

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => answer(api.GET("/api/v1/me")),
  staleTime: Number.POSITIVE_INFINITY,
});

export const definitionsQuery = queryOptions({
  queryKey: ["definitions"],
  queryFn: () => answer(api.GET("/api/v1/definitions")),
  staleTime: Number.POSITIVE_INFINITY,
});

export const statusQuery = queryOptions({
  queryKey: ["status"],
  queryFn: () => answer(api.GET("/api/v1/status")),
  refetchInterval: ({ state }) => (state.data?.state === "syncing" ? COLLECTING_MS : RESTING_MS),
});

export const figuresQuery = (query: Filters) =>
  queryOptions({
    queryKey: ["pull-requests", "figures", query],
    queryFn: () => answer(api.GET("/api/v1/pull-requests/figures", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: RESTING_MS,
  });

export const scatterQuery = (query: Filters) =>
  queryOptions({
    queryKey: ["pull-requests", "scatter", query],
    queryFn: () => answer(api.GET("/api/v1/pull-requests/scatter", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: RESTING_MS,
  });

export const pageQuery = (query: PageFilters) =>
  queryOptions({
    queryKey: ["pull-requests", "page", query],
    queryFn: () => answer(api.GET("/api/v1/pull-requests", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: RESTING_MS,
  });

export const pullRequestQuery = (id: number) =>
  queryOptions({
    queryKey: ["pull-requests", "one", id],
    queryFn: () =>
      answer(
        api.GET("/api/v1/pull-requests/{pull_request_id}", {
          params: { path: { pull_request_id: id } },
        }),
      ),
  });

export const qualityQuery = (query: QualityFilters) =>
  queryOptions({
    queryKey: ["completeness", query],
    queryFn: () => answer(api.GET("/api/v1/completeness", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: QUALITY_MS,
  });

/** Another try for parked work, by its ids. */
export function retryParked(work: number[]) {
  return answer(api.POST("/api/v1/completeness/retry", { body: { work } }));
}
