import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../../api/client";
import type { components } from "../../../api/schema";
import type { InventorySearch } from "./search";

type Schemas = components["schemas"];
export type Inventory = Schemas["Inventory"];
export type Area = Schemas["InventoryArea"];
export type Table = Schemas["InventoryTable"];
export type Column = Schemas["InventoryColumn"];
export type Source = Schemas["InventorySource"];
export type Documents = Schemas["Documents"];

/** Declared in the product itself: the same until it is upgraded. */
export const inventoryQuery = ({ area, class: data_class, q }: InventorySearch) =>
  queryOptions({
    queryKey: ["inventory", area, data_class, q],
    queryFn: () =>
      answer(
        api.GET("/api/v1/inventory", {
          params: { query: { area: area ?? "", data_class: data_class ?? null, q: q ?? "" } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });

export const documentsQuery = queryOptions({
  queryKey: ["inventory", "documents"],
  queryFn: () => answer(api.GET("/api/v1/inventory/documents")),
});

export const atRestQuery = queryOptions({
  queryKey: ["at-rest"],
  queryFn: () => answer(api.GET("/api/v1/at-rest")),
});
