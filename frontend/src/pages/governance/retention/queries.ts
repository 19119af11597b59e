import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../../api/client";
import type { components } from "../../../api/schema";

type Schemas = components["schemas"];
export type Retention = Schemas["Retention"];
export type Policy = Schemas["RetentionPolicy"];
export type Preview = Schemas["RetentionPreview"];
export type Rows = Schemas["RetentionRows"];
export type Night = Schemas["RetentionNight"];

/** Everything below is asked again once a period was changed. */
export const RETENTION_KEY = ["retention"];

export const retentionQuery = queryOptions({
  queryKey: [...RETENTION_KEY, "policies"],
  queryFn: () => answer(api.GET("/api/v1/retention")),
});

export const previewQuery = (code: string, days: number) =>
  queryOptions({
    queryKey: [...RETENTION_KEY, "preview", code, days],
    queryFn: () =>
      answer(
        api.GET("/api/v1/retention/{code}/preview", {
          params: { path: { code }, query: { days } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** Null: kept until it is erased. */
export function setPeriod(code: string, days: number | null) {
  const params = { path: { code } };
  return answer(api.POST("/api/v1/retention/{code}", { params, body: { days } }));
}

/** The clock is right, though nothing bears it out. */
export function confirmDate() {
  return answer(api.POST("/api/v1/retention/confirm-date"));
}

export function takeBack(code: string) {
  const params = { path: { code } };
  return answer(api.POST("/api/v1/retention/{code}/take-back", { params }));
}
