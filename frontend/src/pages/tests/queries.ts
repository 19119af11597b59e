import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import type { GroupName, ListName } from "./search";
import type { GroupQuery, RunQuery, ScopeQuery, TestQuery } from "./types";

/** Every question that the page asks. */

const RESTING_MS = 60_000;
const shared = { placeholderData: keepPreviousData, refetchInterval: RESTING_MS };

export const runFiguresQuery = (query: RunQuery) =>
  queryOptions({
    queryKey: ["tests", "figures", query],
    queryFn: () => answer(api.GET("/api/v1/tests/figures", { params: { query } })),
    ...shared,
  });

/** Asked of the range alone: what it is narrowed by changes nothing of what there is to choose from. */
export const choicesQuery = (query: ScopeQuery) =>
  queryOptions({
    queryKey: ["tests", "choices", query],
    queryFn: () => answer(api.GET("/api/v1/tests/choices", { params: { query } })),
    ...shared,
  });

export const heatmapQuery = (query: RunQuery) =>
  queryOptions({
    queryKey: ["tests", "heatmap", query],
    queryFn: () => answer(api.GET("/api/v1/tests/heatmap", { params: { query } })),
    ...shared,
  });

/** Where the runs are asked for, by what they are grouped by. */
export const GROUPED = {
  workflow: "/api/v1/tests/workflows",
  job: "/api/v1/tests/jobs",
  branch: "/api/v1/tests/branches",
  team: "/api/v1/tests/teams",
} as const;

export const groupsQuery = (by: GroupName, query: GroupQuery) =>
  queryOptions({
    queryKey: ["tests", "groups", by, query],
    queryFn: () => answer(api.GET(GROUPED[by], { params: { query } })),
    ...shared,
  });

export const LISTED = {
  flaky: "/api/v1/tests/flaky",
  failing: "/api/v1/tests/failing",
  slowest: "/api/v1/tests/slowest",
} as const;

export const testsQuery = (list: ListName, query: TestQuery) =>
  queryOptions({
    queryKey: ["tests", "list", list, query],
    queryFn: () => answer(api.GET(LISTED[list], { params: { query } })),
    ...shared,
  });

export const testQuery = (id: number, query: { from: string; to: string }) =>
  queryOptions({
    queryKey: ["tests", "one", id, query],
    queryFn: () =>
      answer(api.GET("/api/v1/tests/{test_id}", { params: { path: { test_id: id }, query } })),
  });

export function muteTest(id: number, body: { reason: string; until: string }) {
  const params = { path: { test_id: id } };
  return answer(api.POST("/api/v1/tests/{test_id}/mute", { params, body }));
}

export function unmuteTest(id: number) {
  const params = { path: { test_id: id } };
  return answer(api.DELETE("/api/v1/tests/{test_id}/mute", { params }));
}
