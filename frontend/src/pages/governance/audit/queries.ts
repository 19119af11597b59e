import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../../api/client";
import type { components, paths } from "../../../api/schema";

type Schemas = components["schemas"];
export type AuditEvent = Schemas["AuditEvent"];
export type AuditValue = Schemas["AuditValue"];
export type AuditChoices = Schemas["AuditChoices"];
export type Asked = NonNullable<paths["/api/v1/audit/events.jsonl"]["get"]["parameters"]["query"]>;

export const EXPORT = "/api/v1/audit/events.jsonl";

export const eventsQuery = (asked: Asked) =>
  infiniteQueryOptions({
    queryKey: ["audit", "events", asked],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/v1/audit/events", { params: { query: { ...asked, after: pageParam } } }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });

export const eventQuery = (id: number) =>
  queryOptions({
    queryKey: ["audit", "event", id],
    queryFn: () =>
      answer(api.GET("/api/v1/audit/events/{event_id}", { params: { path: { event_id: id } } })),
  });

export const choicesQuery = queryOptions({
  queryKey: ["audit", "choices"],
  queryFn: () => answer(api.GET("/api/v1/audit/choices")),
  staleTime: Number.POSITIVE_INFINITY,
});
