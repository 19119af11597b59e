import { Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { addDays, fullDay } from "../../../ui/dates";
import { ChangeForm } from "../../ChangeForm";
import { peopleQuery } from "../queries";
import { beginMembership, type Day, endMembership, useTeamChange } from "./queries";
import type { Member, TeamEntry } from "./types";

const TYPING_MS = 250;
const CHOICES = 20;

type Shared = {
  team: TeamEntry;
  today: string;
  onDone: (said: string) => void;
  onCancel: () => void;
};

const named = (name: string, text: string) => name.toLowerCase().includes(text.toLowerCase());

/** Somebody is in the team from a day on. */
export function BeginForm({ team, today, onDone, onCancel }: Shared) {
  const [person, setPerson] = useState<string | null>(null);
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text, TYPING_MS);
  const [day, setDay] = useState(today);
  const [tried, setTried] = useState(false);
  const { data, isPlaceholderData } = useQuery(
    peopleQuery({ search: asked, show: "all", page: 1, page_size: CHOICES }),
  );
  const answered = text === asked && !isPlaceholderData;
  const choices = (data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  const begin = useTeamChange(
    (wish: Day) => beginMembership(team.slug, wish),
    ({ on }) => onDone(`${text} is in ${team.name} from ${fullDay(on)}.`),
  );
  return (
    <ChangeForm
      title="Add a person"
      act="Add"
      busy={begin.isPending}
      error={begin.error}
      onSubmit={() => {
        setTried(true);
        if (person !== null) begin.mutate({ person: Number(person), on: day });
      }}
      onCancel={onCancel}
    >
      <Select
        label="Person"
        withAsterisk
        placeholder="Name, login or address"
        data={choices}
        value={person}
        onChange={setPerson}
        searchable
        openOnFocus={false}
        searchValue={text}
        onSearchChange={setText}
        // Once the server has searched, as it did; of the former list no one else is chosen meanwhile.
        filter={({ options, search }) =>
          answered ? options : options.filter((one) => "label" in one && named(one.label, search))
        }
        nothingFoundMessage="Nobody is called so."
        selectFirstOptionOnChange
        error={tried && person === null && "Say who."}
      />
      <TextInput
        label="First day"
        description="A day in the past changes the figures of that time."
        type="date"
        value={day}
        required
        onChange={(event) => setDay(event.currentTarget.value)}
      />
    </ChangeForm>
  );
}

/** Somebody is in the team up to a day. */
export function EndForm({ team, member, today, onDone, onCancel }: Shared & { member: Member }) {
  const [day, setDay] = useState(today);
  const end = useTeamChange(
    (wish: Day) => endMembership(team.slug, wish),
    ({ on }) => onDone(`${member.name} is in ${team.name} up to ${fullDay(addDays(on, -1))}.`),
  );
  return (
    <ChangeForm
      title={`End the membership of ${member.name}`}
      act="End"
      busy={end.isPending}
      error={end.error}
      onSubmit={() => end.mutate({ person: member.person, on: addDays(day, 1) })}
      onCancel={onCancel}
    >
      <TextInput
        label="Last day"
        description="A day in the past changes the figures of that time; one before the first day takes the membership away."
        type="date"
        value={day}
        required
        onChange={(event) => setDay(event.currentTarget.value)}
      />
    </ChangeForm>
  );
}
