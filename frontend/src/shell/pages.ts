import type { Me } from "../api/types";

/** The pages of figures, in the order of the navigation. They share the filters in the address. */
export const PAGES = [
  { to: "/pull-requests", name: "Pull requests" },
  { to: "/delivery", name: "Delivery" },
  { to: "/issues", name: "Sprints & issues" },
  { to: "/tests", name: "Tests" },
  { to: "/investment", name: "Investment" },
] as const;

/** Whether the page of people and teams has anything for somebody. */
export function seesTeams({ reads_administration, teams }: Me): boolean {
  return reads_administration || teams.length > 0;
}
