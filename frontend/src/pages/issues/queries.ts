import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import type { IssueFilters, IssuePageFilters } from "./types";

/** What the page asks. */

const RESTING_MS = 60_000;

export const choicesQuery = queryOptions({
  queryKey: ["issues", "choices"],
  queryFn: () => answer(api.GET("/api/v1/issues/choices")),
});

export const figuresQuery = (query: IssueFilters) =>
  queryOptions({
    queryKey: ["issues", "figures", query],
    queryFn: () => answer(api.GET("/api/v1/issues/figures", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: RESTING_MS,
  });

export const scatterQuery = (query: IssueFilters) =>
  queryOptions({
    queryKey: ["issues", "scatter", query],
    queryFn: () => answer(api.GET("/api/v1/issues/scatter", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: RESTING_MS,
  });

export const pageQuery = (query: IssuePageFilters) =>
  queryOptions({
    queryKey: ["issues", "page", query],
    queryFn: () => answer(api.GET("/api/v1/issues", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: RESTING_MS,
  });

export const sprintsQuery = (query: IssueFilters) =>
  queryOptions({
    queryKey: ["issues", "sprints", query],
    queryFn: () => answer(api.GET("/api/v1/sprints", { params: { query } })),
    placeholderData: keepPreviousData,
  });

export const sprintQuery = (id: number, query: IssueFilters) =>
  queryOptions({
    queryKey: ["issues", "sprint", id, query],
    queryFn: () =>
      answer(
        api.GET("/api/v1/sprints/{sprint_id}", { params: { path: { sprint_id: id }, query } }),
      ),
  });

export const issueQuery = (id: number) =>
  queryOptions({
    queryKey: ["issues", "one", id],
    queryFn: () =>
      answer(api.GET("/api/v1/issues/{issue_id}", { params: { path: { issue_id: id } } })),
  });
