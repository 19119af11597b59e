import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../../api/client";

export const teamsQuery = queryOptions({
  queryKey: ["teams"],
  queryFn: () => answer(api.GET("/api/v1/teams")),
});

export const membersQuery = (slug: string) =>
  queryOptions({
    queryKey: ["teams", slug, "members"],
    queryFn: () => answer(api.GET("/api/v1/teams/{slug}/members", { params: { path: { slug } } })),
  });
