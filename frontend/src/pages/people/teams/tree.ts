import type { TeamEntry } from "./types";

export type Branch = TeamEntry & { depth: number };

/** The teams in the order of their tree, each below the one above it. A team whose parent is not seen stands at the top. */
export function inOrder(teams: readonly TeamEntry[]): Branch[] {
  const below = new Map<string | null, TeamEntry[]>();
  const seen = new Set(teams.map((team) => team.slug));
  for (const team of teams) {
    const parent = team.parent !== null && seen.has(team.parent) ? team.parent : null;
    below.set(parent, [...(below.get(parent) ?? []), team]);
  }
  const walk = (parent: string | null, depth: number): Branch[] =>
    (below.get(parent) ?? []).flatMap((team) => [
      { ...team, depth },
      ...walk(team.slug, depth + 1),
    ]);
  return walk(null, 0);
}

/** Those whose name holds every word, with the teams above them, so that each keeps its place. */
export function found(branches: readonly Branch[], text: string): Branch[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const kept: Branch[] = [];
  let needed = -1;
  for (const branch of [...branches].reverse()) {
    const name = `${branch.name} ${branch.slug}`.toLowerCase();
    const isAbove = branch.depth < needed;
    if (isAbove || words.every((word) => name.includes(word))) {
      kept.unshift(branch);
      needed = branch.depth;
    }
  }
  return kept;
}

/** The team's name behind those above it: "Product / Web". */
export function pathOf(slug: string, teams: readonly TeamEntry[]): string {
  const team = teams.find((one) => one.slug === slug);
  if (team === undefined) return "";
  const above = team.parent === null ? "" : pathOf(team.parent, teams);
  return above ? `${above} / ${team.name}` : team.name;
}

/** The team and all below it. */
export function belowOf(slug: string, teams: readonly TeamEntry[]): Set<string> {
  const below = teams.filter((team) => team.parent === slug);
  return new Set([slug, ...below.flatMap((team) => [...belowOf(team.slug, teams)])]);
}
