import { Select, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { meQuery } from "../../../api/queries";
import { ChangeForm } from "../../ChangeForm";
import { peopleQuery } from "../../people/queries";
import { ModeChoice } from "../../your-data/ModeChoice";
import { KINDS, type Kind, type Mode } from "../../your-data/names";
import { type Detail, enter, useRequestChange } from "./queries";

const TYPING_MS = 250;
const CHOICES = 20;

/** A request of somebody who cannot ask by signing in. */
export function LetterForm({
  onDone,
  onCancel,
}: {
  onDone: (made: Detail) => void;
  onCancel: () => void;
}) {
  const { data: me } = useSuspenseQuery(meQuery);
  const [who, setWho] = useState("");
  const [kind, setKind] = useState<Kind>("access");
  const [mode, setMode] = useState<Mode>("pseudonymise");
  const [person, setPerson] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const [asked] = useDebouncedValue(typed, TYPING_MS);
  const [day, setDay] = useState(me.today);
  const [checked, setChecked] = useState("");
  const [text, setText] = useState("");
  const { data } = useQuery(
    peopleQuery({ search: asked, show: "all", page: 1, page_size: CHOICES }),
  );
  const choices = (data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  const send = useRequestChange(enter, onDone);
  return (
    <ChangeForm
      title="Enter a request that came by letter"
      act="Enter"
      busy={send.isPending}
      error={send.error}
      onSubmit={() =>
        send.mutate({
          kind,
          who,
          person: person === null ? null : Number(person),
          asked_on: day,
          identity_checked: checked,
          text,
          mode: kind === "erasure" ? mode : null,
        })
      }
      onCancel={onCancel}
    >
      <TextInput
        label="Who asks, and where the answer goes"
        required
        maxLength={300}
        value={who}
        onChange={(event) => setWho(event.currentTarget.value)}
      />
      <Select
        label="What for"
        allowDeselect={false}
        data={(Object.keys(KINDS) as Kind[]).map((value) => ({ value, label: KINDS[value] }))}
        value={kind}
        onChange={(to) => setKind((to as Kind | null) ?? "access")}
      />
      {kind === "erasure" && <ModeChoice value={mode} onChange={setMode} />}
      <Select
        label="Who this is here"
        description="Leave it empty where nobody here is them: then nothing is held."
        placeholder="Name, login or address"
        data={choices}
        value={person}
        onChange={setPerson}
        searchable
        clearable
        openOnFocus={false}
        searchValue={typed}
        onSearchChange={setTyped}
        // The server has searched already.
        filter={({ options }) => options}
        nothingFoundMessage="Nobody is called so."
      />
      <TextInput
        label="Received on"
        description="The clock starts on this day."
        type="date"
        required
        max={me.today}
        value={day}
        onChange={(event) => setDay(event.currentTarget.value)}
      />
      <TextInput
        label="How you made sure who asks"
        required
        maxLength={500}
        value={checked}
        onChange={(event) => setChecked(event.currentTarget.value)}
      />
      <Textarea
        label="In their words"
        required={kind === "rectification" || kind === "objection"}
        maxLength={2000}
        rows={3}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </ChangeForm>
  );
}
