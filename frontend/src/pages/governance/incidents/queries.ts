import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../../../api/client";
import type { components } from "../../../api/schema";

type Schemas = components["schemas"];
export type Incident = Schemas["SecurityIncident"];
export type Detail = Schemas["SecurityIncidentDetail"];
export type Affected = Schemas["Affected"];
export type Reminder = Schemas["IncidentReminder"];
export type Facts = Schemas["IncidentFacts"];
export type Scope = Schemas["IncidentScope"];
export type Closing = Schemas["IncidentClosing"];
type Filters = Schemas["IncidentFilters"];

const KEY = ["security-incidents"];

export const incidentsQuery = (query: Filters) =>
  queryOptions({
    queryKey: [...KEY, "page", query],
    queryFn: () => answer(api.GET("/api/v1/security-incidents", { params: { query } })),
    placeholderData: keepPreviousData,
  });

export const incidentQuery = (id: number) =>
  queryOptions({
    queryKey: [...KEY, "one", id],
    queryFn: () => answer(api.GET("/api/v1/security-incidents/{incident_id}", of(id))),
  });

export const choicesQuery = queryOptions({
  queryKey: [...KEY, "choices"],
  queryFn: () => answer(api.GET("/api/v1/security-incidents/choices")),
});

/** Something that was done with an incident. All that tells of incidents is asked again. */
export function useIncidentChange<Given>(
  change: (given: Given) => Promise<Detail>,
  onDone: (made: Detail) => void,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: KEY });
      onDone(made);
    },
  });
}

const of = (id: number) => ({ params: { path: { incident_id: id } } });

export function enter(body: Schemas["NewIncident"]) {
  return answer(api.POST("/api/v1/security-incidents", { body }));
}

export function describe(id: number, body: Facts) {
  return answer(api.POST("/api/v1/security-incidents/{incident_id}/facts", { body, ...of(id) }));
}

export function scope(id: number, body: Scope) {
  return answer(api.POST("/api/v1/security-incidents/{incident_id}/scope", { body, ...of(id) }));
}

export function recount(id: number) {
  return answer(api.POST("/api/v1/security-incidents/{incident_id}/count", of(id)));
}

export function authorityTold(id: number, body: Schemas["AuthorityTold"]) {
  return answer(
    api.POST("/api/v1/security-incidents/{incident_id}/authority-told", { body, ...of(id) }),
  );
}

export function notToNotify(id: number, reason: string) {
  const body = { reason };
  return answer(
    api.POST("/api/v1/security-incidents/{incident_id}/not-to-notify", { body, ...of(id) }),
  );
}

export function decideOnPeople(id: number, body: Schemas["PeopleDecision"]) {
  return answer(
    api.POST("/api/v1/security-incidents/{incident_id}/people-decision", { body, ...of(id) }),
  );
}

export function peopleTold(id: number, at: string) {
  const body = { at };
  return answer(
    api.POST("/api/v1/security-incidents/{incident_id}/people-told", { body, ...of(id) }),
  );
}

export function close(id: number, body: Closing) {
  return answer(api.POST("/api/v1/security-incidents/{incident_id}/close", { body, ...of(id) }));
}

export function noticeAddress(id: number, key: "authority" | "people", form: "pdf" | "md"): string {
  return `/api/v1/security-incidents/${id}/notices/${key}/${form}`;
}

export function reportAddress(id: number, form: "pdf" | "json"): string {
  return `/api/v1/security-incidents/${id}/report.${form}`;
}
