import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import type { components } from "../../api/schema";

type Schemas = components["schemas"];
export type HeldCategory = Schemas["HeldCategory"];
export type Wish = { kind: Schemas["Wish"]["kind"]; text?: string; mode?: Schemas["Wish"]["mode"] };

export const yourDataQuery = queryOptions({
  queryKey: ["your-data"],
  queryFn: () => answer(api.GET("/api/v1/your-data")),
});

/** A change of one's own requests, after which the page is asked for again. */
export function useOwnChange<Given, Answer>(
  change: (given: Given) => Promise<Answer>,
  onDone: (answer: Answer) => void,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async (told) => {
      await client.invalidateQueries({ queryKey: yourDataQuery.queryKey });
      onDone(told);
    },
  });
}

export function ask({ kind, text = "", mode = null }: Wish) {
  return answer(api.POST("/api/v1/your-data/requests", { body: { kind, text, mode } }));
}

export function withdraw(id: number) {
  const params = { path: { request_id: id } };
  return answer(api.POST("/api/v1/your-data/requests/{request_id}/withdraw", { params }));
}

export function copyAddress(id: number): string {
  return `/api/v1/your-data/requests/${id}/copy`;
}
