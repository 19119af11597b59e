import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../../../api/client";
import type { components, operations } from "../../../api/schema";

type Schemas = components["schemas"];
export type Erasure = Schemas["Erasure"];
export type Preview = Schemas["ErasurePreview"];
export type Asked = Schemas["ErasureRequest"];
export type Certificate = Schemas["ErasureCertificate"];
type PreviewFilters = NonNullable<operations["erasure_preview"]["parameters"]["query"]>;
type SubjectFilters = NonNullable<operations["erasure_subjects"]["parameters"]["query"]>;

const ERASURES_KEY = ["erasures"];
const WORKING_MS = 2_000;
const RESTING_MS = 30_000;

const isWorking = (state: Erasure["state"]) => state === "approved" || state === "running";

export const erasuresQuery = (query: { page: number; page_size: number }) =>
  queryOptions({
    queryKey: [...ERASURES_KEY, query],
    queryFn: () => answer(api.GET("/api/v1/erasures", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.items.some((one) => isWorking(one.state)) ? WORKING_MS : RESTING_MS,
  });

export const erasureQuery = (id: number) =>
  queryOptions({
    queryKey: [...ERASURES_KEY, id],
    queryFn: () =>
      answer(api.GET("/api/v1/erasures/{erasure_id}", { params: { path: { erasure_id: id } } })),
    refetchInterval: ({ state }) =>
      state.data && isWorking(state.data.state) ? WORKING_MS : RESTING_MS,
  });

export const certificateQuery = (id: number) =>
  queryOptions({
    queryKey: [...ERASURES_KEY, id, "certificate"],
    queryFn: () =>
      answer(
        api.GET("/api/v1/erasures/{erasure_id}/certificate", {
          params: { path: { erasure_id: id } },
        }),
      ),
    refetchInterval: ({ state }) => (state.data?.signature ? false : WORKING_MS),
  });

export const subjectsQuery = (query: SubjectFilters) =>
  queryOptions({
    queryKey: [...ERASURES_KEY, "subjects", query],
    queryFn: () => answer(api.GET("/api/v1/erasures/subjects", { params: { query } })),
    placeholderData: keepPreviousData,
  });

/** Counted anew each time it is asked for. */
export const previewQuery = (query: PreviewFilters) =>
  queryOptions({
    queryKey: [...ERASURES_KEY, "preview", query],
    queryFn: () => answer(api.GET("/api/v1/erasures/preview", { params: { query } })),
    staleTime: 0,
    gcTime: 0,
  });

function askFor(body: Asked) {
  return answer(api.POST("/api/v1/erasures", { body }));
}

export type Act = "approve" | "refuse" | "retry" | "lift";

function act({ id, what }: { id: number; what: Act }) {
  return answer(
    api.POST(`/api/v1/erasures/{erasure_id}/${what}`, {
      params: { path: { erasure_id: id } },
    }),
  );
}

export function useAsk(onDone: (made: Erasure) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: askFor,
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ERASURES_KEY });
      onDone(made);
    },
  });
}

export function useAct() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: () => client.invalidateQueries({ queryKey: ERASURES_KEY }),
  });
}
