import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../../api/client";
import type { components } from "../../../api/schema";

type Schemas = components["schemas"];
export type Assessments = Schemas["Assessments"];
export type Listed = Schemas["AssessmentListed"];
export type Assessment = Schemas["AssessmentRead"];
export type Requirement = Schemas["AssessedRequirement"];
export type Promised = Schemas["AssessedPromise"];
export type Proof = Schemas["AssessmentProof"];
export type Verdict = Requirement["verdict"];

/** Everything below is asked again once an assessment was asked for, or is there. */
export const ASSESSMENTS_KEY = ["assessments"];
const WHILE_MADE = 2000;

export const isMade = ({ finished_at }: Listed) => finished_at !== null;

export const assessmentsQuery = queryOptions({
  queryKey: [...ASSESSMENTS_KEY, "list"],
  queryFn: () => answer(api.GET("/api/v1/assessments")),
  refetchInterval: ({ state }) => ((state.data?.items.every(isMade) ?? true) ? false : WHILE_MADE),
});

export const assessmentQuery = (number: number) =>
  queryOptions({
    queryKey: [...ASSESSMENTS_KEY, "one", number],
    queryFn: () =>
      answer(api.GET("/api/v1/assessments/{number}", { params: { path: { number } } })),
  });

export const promisesQuery = queryOptions({
  queryKey: [...ASSESSMENTS_KEY, "promises"],
  queryFn: () => answer(api.GET("/api/v1/assessments/promises")),
});

export function askForAssessment() {
  return answer(api.POST("/api/v1/assessments"));
}
