import { Select } from "@mantine/core";
import { useMemo } from "react";

export type TeamChoice = { slug: string; name: string; parent: string | null };

const ALL = "*";
/** No team's slug: the viewer's own work. */
export const OWN = "@me";

/** One team out of a tree, found by typing. The value "" is all teams. */
export function TeamPicker({
  teams,
  allTeams,
  own,
  value,
  onChange,
}: {
  teams: TeamChoice[];
  allTeams: boolean;
  /** The viewer's own work can be chosen as well. */
  own: boolean;
  value: string;
  onChange: (slug: string) => void;
}) {
  const choices = useMemo(() => {
    const names = new Map(teams.map((team) => [team.slug, team.name]));
    const listed = teams.map((team) => {
      const parent = team.parent === null ? undefined : names.get(team.parent);
      return { value: team.slug, label: parent ? `${parent} / ${team.name}` : team.name };
    });
    listed.sort((one, other) => one.label.localeCompare(other.label));
    return [
      ...(allTeams ? [{ value: ALL, label: "All teams" }] : []),
      ...(own ? [{ value: OWN, label: "Only mine" }] : []),
      ...listed,
    ];
  }, [teams, allTeams, own]);

  return (
    <Select
      label="Team"
      size="sm"
      data={choices}
      value={value === "" ? ALL : value}
      onChange={(chosen) => chosen !== null && onChange(chosen === ALL ? "" : chosen)}
      searchable
      allowDeselect={false}
      selectFirstOptionOnChange
      onFocus={(event) => event.currentTarget.select()}
      maxDropdownHeight={320}
      checkIconPosition="right"
    />
  );
}
