import type { TeamEntry } from "../pages/people/teams/types";

/** A team of the tree, called like its slug. */
export function team(slug: string, values: Partial<TeamEntry> = {}): TeamEntry {
  return {
    slug,
    name: slug.toUpperCase(),
    parent: null,
    source: "manual",
    ended_on: null,
    people: 3,
    people_below: 8,
    calendar: {
      time_zone: "Europe/Berlin",
      working_hours: "Mon-Fri 09:00-17:00",
      holidays: "DE-BY",
      days_off: 2,
    },
    owns: ["org/web", "WEB"],
    ...values,
  };
}
