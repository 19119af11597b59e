import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../../../api/client";
import { meQuery } from "../../../api/queries";
import type { components } from "../../../api/schema";

type Schemas = components["schemas"];
export type SubjectRequest = Schemas["SubjectRequest"];
export type Detail = Schemas["SubjectRequestDetail"];
export type Timings = Schemas["Timings"];
export type Letter = Schemas["Letter"];
type Filters = Schemas["RequestFilters"];

const KEY = ["subject-requests"];

export const requestsQuery = (query: Filters) =>
  queryOptions({
    queryKey: [...KEY, "page", query],
    queryFn: () => answer(api.GET("/api/v1/subject-requests", { params: { query } })),
    placeholderData: keepPreviousData,
  });

export const requestQuery = (id: number) =>
  queryOptions({
    queryKey: [...KEY, "one", id],
    queryFn: () => answer(api.GET("/api/v1/subject-requests/{request_id}", of(id))),
  });

/** Something that was done with a request. All that tells of requests is asked again. */
export function useRequestChange<Given>(
  change: (given: Given) => Promise<Detail>,
  onDone: (made: Detail) => void,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async (made) => {
      await Promise.all(
        [KEY, meQuery.queryKey].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
      onDone(made);
    },
  });
}

const of = (id: number) => ({ params: { path: { request_id: id } } });

export function enter(body: Letter) {
  return answer(api.POST("/api/v1/subject-requests", { body }));
}

export function extend(id: number, reason: string) {
  const body = { reason };
  return answer(api.POST("/api/v1/subject-requests/{request_id}/extend", { body, ...of(id) }));
}

export function refuse(id: number, reason: string) {
  const body = { reason };
  return answer(api.POST("/api/v1/subject-requests/{request_id}/refuse", { body, ...of(id) }));
}

export function fulfil(id: number, done: string) {
  const body = { done };
  return answer(api.POST("/api/v1/subject-requests/{request_id}/fulfil", { body, ...of(id) }));
}

export function handOver(id: number) {
  return answer(api.POST("/api/v1/subject-requests/{request_id}/hand-over", of(id)));
}

export function erase(id: number, mode: Schemas["ToErase"]["mode"], reason: string) {
  const body = { mode, reason };
  return answer(api.POST("/api/v1/subject-requests/{request_id}/erase", { body, ...of(id) }));
}

export function letterCopyAddress(id: number): string {
  return `/api/v1/subject-requests/${id}/copy`;
}
