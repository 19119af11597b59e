import { Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { ChangeForm } from "../../ChangeForm";
import { addTeam, changeTeam, type Place, useTeamChange } from "./queries";
import { belowOf, pathOf } from "./tree";
import type { TeamEntry } from "./types";

/** No team's slug. */
const TOP = "*";

/** A team's name and what it stands below: of a new one, or of one that is there. */
export function PlaceForm({
  team,
  teams,
  onDone,
  onCancel,
}: {
  /** Undefined: a new one. */
  team?: TeamEntry;
  teams: readonly TeamEntry[];
  onDone: (said: string, slug: string) => void;
  onCancel: () => void;
}) {
  const [name, setName] = useState(team?.name ?? "");
  const [parent, setParent] = useState(team?.parent ?? TOP);
  // A directory's names stay the directory's; only its tree is made here.
  const mayRename = team === undefined || team.source === "manual";
  const change = useTeamChange(
    (wish: Place) =>
      team === undefined
        ? addTeam(wish)
        : changeTeam(team.slug, mayRename ? wish : { parent: wish.parent }),
    (wish, { items }) => {
      const known = new Set(teams.map(({ slug }) => slug));
      const slug = team?.slug ?? items.find((one) => !known.has(one.slug))?.slug ?? "";
      onDone(team === undefined ? `${wish.name} was added.` : "The change is stored.", slug);
    },
  );
  const outside = team ? belowOf(team.slug, teams) : new Set<string>();
  const choices = teams
    .filter(({ slug, ended_on }) => !outside.has(slug) && ended_on === null)
    .map(({ slug }) => ({ value: slug, label: pathOf(slug, teams) }))
    .sort((one, other) => one.label.localeCompare(other.label));
  return (
    <ChangeForm
      title={team ? (mayRename ? "Rename or move" : "Move") : "A team that is kept by hand"}
      act={team ? "Save" : "Add"}
      busy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate({ name, parent: parent === TOP ? "" : parent })}
      onCancel={onCancel}
    >
      {mayRename && (
        <TextInput
          label="Name"
          required
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <Select
        label="Below"
        description="Who leads a team sees those below it too."
        data={[{ value: TOP, label: "No team: at the top" }, ...choices]}
        value={parent}
        onChange={(chosen) => chosen !== null && setParent(chosen)}
        searchable
        openOnFocus={false}
        allowDeselect={false}
        selectFirstOptionOnChange
        onFocus={(event) => event.currentTarget.select()}
        checkIconPosition="right"
      />
    </ChangeForm>
  );
}
