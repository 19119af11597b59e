import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import type { DeploymentFilters, DeploymentPageFilters } from "./types";

/** What the page asks. All of it begins with "deployments", so that a correction asks all of it anew. */

const RESTING_MS = 60_000;

export const choicesQuery = queryOptions({
  queryKey: ["deployments", "choices"],
  queryFn: () => answer(api.GET("/api/v1/deployments/choices")),
});

export const figuresQuery = (query: DeploymentFilters) =>
  queryOptions({
    queryKey: ["deployments", "figures", query],
    queryFn: () => answer(api.GET("/api/v1/deployments/figures", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: RESTING_MS,
  });

export const pageQuery = (query: DeploymentPageFilters) =>
  queryOptions({
    queryKey: ["deployments", "page", query],
    queryFn: () => answer(api.GET("/api/v1/deployments", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: RESTING_MS,
  });

export const deploymentQuery = (id: number) =>
  queryOptions({
    queryKey: ["deployments", "one", id],
    queryFn: () =>
      answer(
        api.GET("/api/v1/deployments/{deployment_id}", { params: { path: { deployment_id: id } } }),
      ),
  });
