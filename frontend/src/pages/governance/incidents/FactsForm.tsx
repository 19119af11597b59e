import { Checkbox, Select, Textarea, TextInput } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { meQuery } from "../../../api/queries";
import { ChangeForm } from "../../ChangeForm";
import { type Detail, describe, enter, useIncidentChange } from "./queries";
import { fieldOf, instantOf } from "./times";

const NATURES = [
  { value: "confidentiality", label: "Confidentiality: somebody saw what is not for them" },
  { value: "integrity", label: "Integrity: something was changed" },
  { value: "availability", label: "Availability: something was lost or out of reach" },
];
const WORDS = ["causes", "consequences", "measures", "contact"] as const;
type Word = "title" | "what_happened" | (typeof WORDS)[number];

const LABELS: Record<Word, string> = {
  title: "Title",
  what_happened: "What happened",
  causes: "Known causes",
  consequences: "Likely consequences",
  measures: "Measures taken or proposed",
  contact: "Contact at a processor or the authority",
};
const LENGTHS: Record<Word, number> = {
  title: 200,
  what_happened: 4000,
  causes: 2000,
  consequences: 2000,
  measures: 2000,
  contact: 500,
};

/** What is known of an incident: a new one, or one that is known better now. */
export function FactsForm({
  of,
  onDone,
  onCancel,
}: {
  of?: Detail;
  onDone: (made: Detail) => void;
  onCancel: () => void;
}) {
  const { data: me } = useSuspenseQuery(meQuery);
  const timeZone = me.organisation.time_zone;
  const [words, setWords] = useState<Record<Word, string>>({
    title: of?.title ?? "",
    what_happened: of?.what_happened ?? "",
    causes: of?.causes ?? "",
    consequences: of?.consequences ?? "",
    measures: of?.measures ?? "",
    contact: of?.contact ?? "",
  });
  const before = of && fieldOf(of.detected_at, timeZone);
  const [detected, setDetected] = useState(before ?? fieldOf(new Date().toISOString(), timeZone));
  const [natures, setNatures] = useState(
    of ? NATURES.map(({ value }) => value).filter((name) => of[name as "integrity"]) : [],
  );
  const [personal, setPersonal] = useState<"yes" | "no" | "unknown">(
    of?.personal_data == null ? "unknown" : of.personal_data ? "yes" : "no",
  );
  const isLeftOut = Boolean(of?.words_left_out);
  const send = useIncidentChange(() => {
    // A field that shows no more than the minute does not cut the time that is stored down to it.
    const at = detected === before && of ? of.detected_at : instantOf(detected, timeZone);
    const facts = {
      detected_at: at,
      confidentiality: natures.includes("confidentiality"),
      integrity: natures.includes("integrity"),
      availability: natures.includes("availability"),
      personal_data: personal,
      // Words that are left out here stay as they are unless somebody writes new ones.
      ...Object.fromEntries(Object.entries(words).filter(([, text]) => text || !isLeftOut)),
    };
    return of
      ? describe(of.id, facts)
      : enter({ ...facts, title: words.title, what_happened: words.what_happened });
  }, onDone);
  const field = (name: Word) => ({
    label: LABELS[name],
    maxLength: LENGTHS[name],
    value: words[name],
    required: !isLeftOut && (name === "title" || name === "what_happened"),
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setWords((all) => ({ ...all, [name]: value }));
    },
  });
  return (
    <ChangeForm
      title={of ? "Change what is known" : "Open an incident"}
      act={of ? "Save" : "Open"}
      busy={send.isPending}
      error={send.error}
      onSubmit={() => send.mutate(undefined)}
      onCancel={onCancel}
    >
      {isLeftOut && <p>What was written before stays where a field is left empty.</p>}
      <TextInput {...field("title")} />
      <Textarea rows={4} {...field("what_happened")} />
      <TextInput
        label="Detected at"
        description="When it was known here: 72 hours run from then."
        type="datetime-local"
        required
        max={fieldOf(new Date().toISOString(), timeZone)}
        value={detected}
        onChange={(event) => setDetected(event.currentTarget.value)}
      />
      <Checkbox.Group label="What was breached" value={natures} onChange={setNatures}>
        {NATURES.map(({ value, label }) => (
          <Checkbox key={value} size="xs" mt={6} value={value} label={label} />
        ))}
      </Checkbox.Group>
      <Select
        label="Is it about personal data?"
        allowDeselect={false}
        data={[
          { value: "unknown", label: "Not known yet" },
          { value: "yes", label: "Yes" },
          { value: "no", label: "No: the 72 hours do not run" },
        ]}
        value={personal}
        onChange={(to) => setPersonal((to as typeof personal | null) ?? "unknown")}
      />
      {WORDS.map((name) => (
        <Textarea key={name} rows={2} {...field(name)} />
      ))}
    </ChangeForm>
  );
}
