import { useQuery } from "@tanstack/react-query";
import { count, counted } from "../../ui/numbers";
import { ScrollRegion } from "../../ui/ScrollRegion";
import section from "../data-quality/Section.module.css";
import classes from "./people.module.css";
import { type ListedTeam, teamsQuery } from "./queries";
import { Section } from "./Section";

const DEEPEST_INDENT = 3;

/** The tree of teams, each with where it comes from. */
export function TeamsTab() {
  const query = useQuery(teamsQuery);
  return (
    <Section title="Teams" query={query} about={(data) => counted(data.length, "team")}>
      {(data) =>
        data.length === 0 ? (
          <p className={section.none}>There is no team yet.</p>
        ) : (
          <ScrollRegion className={classes.scroll} label="Teams">
            <table className={classes.table}>
              <caption>Teams</caption>
              <thead>
                <tr>
                  <th scope="col">Team</th>
                  <th scope="col">Below</th>
                  <th scope="col">From</th>
                  <th scope="col" data-numeric>
                    People today
                  </th>
                </tr>
              </thead>
              <tbody>
                {inOrder(data).map(({ team, depth, above }) => (
                  <tr key={team.slug}>
                    <th scope="row">
                      <span className={classes.team} data-depth={Math.min(depth, DEEPEST_INDENT)}>
                        {team.name}
                      </span>
                    </th>
                    <td>{above ?? "–"}</td>
                    <td>{team.source ?? "by hand"}</td>
                    <td data-numeric>{count(team.members)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollRegion>
        )
      }
    </Section>
  );
}

type Placed = { team: ListedTeam; depth: number; above: string | null };

/** Each team after the one that it stands below. */
export function inOrder(teams: ListedTeam[]): Placed[] {
  const below = new Map<string | null, ListedTeam[]>();
  for (const team of teams) {
    below.set(team.parent, [...(below.get(team.parent) ?? []), team]);
  }
  const placed = (parent: ListedTeam | null, depth: number): Placed[] =>
    (below.get(parent?.slug ?? null) ?? []).flatMap((team) => [
      { team, depth, above: parent?.name ?? null },
      ...placed(team, depth + 1),
    ]);
  return placed(null, 0);
}
