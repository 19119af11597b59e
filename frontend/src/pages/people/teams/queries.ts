import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../../../api/client";
import { meQuery } from "../../../api/queries";
import { PEOPLE_KEY } from "../queries";

export const teamsQuery = queryOptions({
  queryKey: ["teams"],
  queryFn: () => answer(api.GET("/api/v1/teams")),
});

export const membersQuery = (slug: string) =>
  queryOptions({
    queryKey: ["teams", slug, "members"],
    queryFn: () => answer(api.GET("/api/v1/teams/{slug}/members", { params: { path: { slug } } })),
  });

/** A change of teams or of who is in them. All that tells of either is asked again. */
export function useTeamChange<Wish, Answer>(
  change: (wish: Wish) => Promise<Answer>,
  onDone: (wish: Wish, answer: Answer) => void,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async (answer, wish) => {
      const told = [teamsQuery.queryKey, PEOPLE_KEY, meQuery.queryKey];
      await Promise.all(told.map((queryKey) => client.invalidateQueries({ queryKey })));
      onDone(wish, answer);
    },
  });
}

const of = (slug: string) => ({ params: { path: { slug } } });

export type Place = { name: string; parent: string };
export type Day = { person: number; on: string };

export function addTeam(body: Place) {
  return answer(api.POST("/api/v1/teams", { body }));
}

/** What is left out stays as it is. */
export function changeTeam(slug: string, body: Partial<Place>) {
  return answer(api.POST("/api/v1/teams/{slug}", { body, ...of(slug) }));
}

export function takeOver(slug: string) {
  return answer(api.POST("/api/v1/teams/{slug}/take-over", of(slug)));
}

/** `on`: the first day in the team. */
export function beginMembership(slug: string, body: Day) {
  return answer(api.POST("/api/v1/teams/{slug}/members", { body, ...of(slug) }));
}

/** `on`: the first day outside the team. */
export function endMembership(slug: string, body: Day) {
  return answer(api.POST("/api/v1/teams/{slug}/members/end", { body, ...of(slug) }));
}
