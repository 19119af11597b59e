import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import type {
  CandidateFilters,
  DeploymentFilters,
  DeploymentPageFilters,
  FixCorrection,
} from "./types";

/** What the page asks. All of it begins with "deployments", so that a correction asks all of it anew. */

const RESTING_MS = 60_000;
const MEASURING_MS = 3_000;

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
    refetchInterval: ({ state }) => (state.data?.is_pending ? MEASURING_MS : false),
  });

export const candidatesQuery = (query: CandidateFilters) =>
  queryOptions({
    queryKey: ["deployments", "candidates", query],
    queryFn: () => answer(api.GET("/api/v1/deployments/candidates", { params: { query } })),
    placeholderData: keepPreviousData,
  });

/** Says what fixed a deployment, or did not. Answers with the deployment. */
export function correctFix(id: number, body: FixCorrection) {
  return answer(
    api.POST("/api/v1/deployments/{deployment_id}/fixes", {
      params: { path: { deployment_id: id } },
      body,
    }),
  );
}

/** Takes such a word back. Answers with the deployment. */
export function withdrawCorrection(id: number, correction: number) {
  return answer(
    api.DELETE("/api/v1/deployments/{deployment_id}/fixes/{correction_id}", {
      params: { path: { deployment_id: id, correction_id: correction } },
    }),
  );
}
