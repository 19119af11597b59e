import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import type { components } from "../../api/schema";

type Schemas = components["schemas"];
export type Person = Schemas["Person"];
export type Identity = Schemas["Identity"];
export type OwnedIdentity = Schemas["OwnedIdentity"];
export type Offer = Schemas["Offer"];
export type Merge = Schemas["Merge"];

/** Everything below is asked again once something was changed. */
export const PEOPLE_KEY = ["people"];

export const peopleQuery = (query: Schemas["PeopleFilters"]) =>
  queryOptions({
    queryKey: [...PEOPLE_KEY, "people", query],
    queryFn: () => answer(api.GET("/api/v1/people", { params: { query } })),
    placeholderData: keepPreviousData,
  });

export const identitiesQuery = (query: Schemas["IdentityFilters"]) =>
  queryOptions({
    queryKey: [...PEOPLE_KEY, "identities", query],
    queryFn: () => answer(api.GET("/api/v1/people/identities", { params: { query } })),
    placeholderData: keepPreviousData,
  });

export const offersQuery = (query: Schemas["Paged"]) =>
  queryOptions({
    queryKey: [...PEOPLE_KEY, "offers", query],
    queryFn: () => answer(api.GET("/api/v1/people/offers", { params: { query } })),
    placeholderData: keepPreviousData,
  });

export const mergesQuery = (query: Schemas["Paged"]) =>
  queryOptions({
    queryKey: [...PEOPLE_KEY, "merges", query],
    queryFn: () => answer(api.GET("/api/v1/people/merges", { params: { query } })),
    placeholderData: keepPreviousData,
  });

export function answerOffer({ id, accept }: { id: number; accept: boolean }) {
  const params = { path: { offer_id: id } };
  return answer(
    api.POST("/api/v1/people/offers/{offer_id}", {
      params,
      body: { accept },
    }),
  );
}

export function undoMerge(id: number) {
  const params = { path: { merge_id: id } };
  return answer(api.POST("/api/v1/people/merges/{merge_id}/undo", { params }));
}

/** Null: as the rules say. */
export function markBot({ id, isBot }: { id: number; isBot: boolean | null }) {
  const params = { path: { identity_id: id } };
  return answer(
    api.POST("/api/v1/people/identities/{identity_id}/bot", {
      params,
      body: { is_bot: isBot },
    }),
  );
}
