import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get } from "./client";
import type {
  Definition,
  Figures,
  Me,
  PullRequestDetail,
  PullRequestPage,
  Scatter,
  Status,
} from "./types";

export type RangeFilters = { team: string; from: string; to: string; bots: boolean };

export type PageQuery = {
  state: "merged" | "open";
  search: string;
  sort: string;
  page: number;
  page_size: number;
};

const SYNCING_MS = 5_000;
const RESTING_MS = 60_000;

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => get<Me>("/api/v1/me"),
  staleTime: Number.POSITIVE_INFINITY,
});

export const definitionsQuery = queryOptions({
  queryKey: ["definitions"],
  queryFn: () => get<Definition[]>("/api/v1/definitions"),
  staleTime: Number.POSITIVE_INFINITY,
});

export const statusQuery = queryOptions({
  queryKey: ["status"],
  queryFn: () => get<Status>("/api/v1/status"),
  refetchInterval: ({ state }) => (state.data?.state === "syncing" ? SYNCING_MS : RESTING_MS),
});

export const figuresQuery = (filters: RangeFilters) =>
  queryOptions({
    queryKey: ["pull-requests", "figures", filters],
    queryFn: () => get<Figures>("/api/v1/pull-requests/figures", filters),
    placeholderData: keepPreviousData,
  });

export const scatterQuery = (filters: RangeFilters) =>
  queryOptions({
    queryKey: ["pull-requests", "scatter", filters],
    queryFn: () => get<Scatter>("/api/v1/pull-requests/scatter", filters),
    placeholderData: keepPreviousData,
  });

export const pageQuery = (filters: RangeFilters, page: PageQuery) =>
  queryOptions({
    queryKey: ["pull-requests", "page", filters, page],
    queryFn: () => get<PullRequestPage>("/api/v1/pull-requests", { ...filters, ...page }),
    placeholderData: keepPreviousData,
  });

export const pullRequestQuery = (id: number) =>
  queryOptions({
    queryKey: ["pull-requests", "one", id],
    queryFn: () => get<PullRequestDetail>(`/api/v1/pull-requests/${id}`),
  });
