import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../../api/client";
import type { components } from "../../../api/schema";

type Schemas = components["schemas"];
export type Outbound = Schemas["Outbound"];
export type Destination = Schemas["OutboundDestination"];
export type Day = Outbound["days"][number];
export type Queries = Schemas["OutboundQueries"];
export type Asked = Queries["queries"][number];

export const outboundQuery = (days: number) =>
  queryOptions({
    queryKey: ["outbound", days],
    queryFn: () => answer(api.GET("/api/v1/outbound", { params: { query: { days } } })),
    placeholderData: keepPreviousData,
  });

export const askedQuery = (destination: string, days: number) =>
  queryOptions({
    queryKey: ["outbound", "queries", destination, days],
    queryFn: () =>
      answer(api.GET("/api/v1/outbound/queries", { params: { query: { destination, days } } })),
  });
