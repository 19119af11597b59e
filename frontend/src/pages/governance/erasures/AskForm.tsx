import { Button, Radio, SegmentedControl, Select, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { DetailSkeleton } from "../../../ui/DetailDrawer";
import { Failure } from "../../../ui/Message";
import { counted } from "../../../ui/numbers";
import { failureOf } from "../../failure";
import { RowsByTable } from "../RowsByTable";
import classes from "./erasures.module.css";
import { KINDS, MODES } from "./names";
import {
  type Asked,
  type Erasure,
  type Preview,
  previewQuery,
  subjectsQuery,
  useAsk,
} from "./queries";
import { Trouble } from "./Trouble";

const TYPING_MS = 250;
const CHOICES = ["person", "repository", "connection", "everything"] as const;
type Kind = (typeof CHOICES)[number];
const FIGURES: Record<NonNullable<Asked["mode"]>, string> = {
  "": "Figures of teams are computed again from what is left.",
  pseudonymise: "Figures stay as they are.",
  remove:
    "Rows of what they did stay, and become nobody's. Figures of teams are computed again without them.",
};

/** Pick what is to go, see what that is, and ask: typing its name says that it is meant. */
export function AskForm({ onDone }: { onDone: (made: Erasure) => void }) {
  const [kind, setKind] = useState<Kind>("repository");
  const [subject, setSubject] = useState<number | null>(null);
  const [mode, setMode] = useState<Asked["mode"]>("pseudonymise");
  const choose = (chosen: Kind) => {
    setKind(chosen);
    setSubject(null);
  };
  const what = { kind, subject, mode: kind === "person" ? mode : ("" as const) };
  const isChosen = kind === "everything" || subject !== null;
  return (
    <div className={classes.form}>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label="What is to be erased"
        transitionDuration={0}
        value={kind}
        onChange={(value) => choose(value as Kind)}
        data={CHOICES.map((value) => ({
          value,
          label: value === "everything" ? "Everything" : KINDS[value],
        }))}
      />
      {kind !== "everything" && (
        <SubjectField key={kind} kind={kind} value={subject} onChange={setSubject} />
      )}
      {kind === "person" && (
        <Radio.Group label="How" value={mode} onChange={(value) => setMode(value as Asked["mode"])}>
          <div className={classes.radios}>
            <Radio size="xs" value="pseudonymise" label={MODES.pseudonymise} />
            <Radio size="xs" value="remove" label={MODES.remove} />
          </div>
        </Radio.Group>
      )}
      {isChosen && <Previewed key={JSON.stringify(what)} what={what} onDone={onDone} />}
    </div>
  );
}

function SubjectField({
  kind,
  value,
  onChange,
}: {
  kind: Exclude<Kind, "everything">;
  value: number | null;
  onChange: (subject: number | null) => void;
}) {
  const [text, setText] = useState("");
  const [search] = useDebouncedValue(text, TYPING_MS);
  const [chosen, setChosen] = useState<{ value: string; label: string }>();
  // Once it is chosen, its name is in the field and no longer a search.
  const { data, error } = useQuery(
    subjectsQuery({ kind, search: search === chosen?.label ? "" : search.trim() }),
  );
  const found = (data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  const known = chosen && !found.some((one) => one.value === chosen.value);
  return (
    <Select
      label={KINDS[kind]}
      placeholder="Search by name"
      searchable
      required
      nothingFoundMessage={data ? "None is called like that." : "Searching …"}
      error={error && failureOf(error).message}
      data={known ? [chosen, ...found] : found}
      filter={({ options }) => options}
      searchValue={text}
      onSearchChange={setText}
      value={value === null ? null : String(value)}
      onChange={(id, option) => {
        setChosen(option ?? undefined);
        onChange(id === null ? null : Number(id));
      }}
    />
  );
}

function Previewed({
  what,
  onDone,
}: {
  what: Pick<Asked, "kind" | "subject" | "mode">;
  onDone: (made: Erasure) => void;
}) {
  const { subject, ...rest } = what;
  const query = useQuery(previewQuery(subject == null ? rest : { ...rest, subject }));
  if (query.error) {
    return <Failure {...failureOf(query.error)} onRetry={() => void query.refetch()} />;
  }
  if (query.data === undefined) return <DetailSkeleton />;
  return <Confirm what={what} preview={query.data} onDone={onDone} />;
}

function Confirm({
  what,
  preview,
  onDone,
}: {
  what: Pick<Asked, "kind" | "subject" | "mode">;
  preview: Preview;
  onDone: (made: Erasure) => void;
}) {
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const ask = useAsk(onDone);
  const isMeant = typed.trim() === preview.name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isMeant && reason.trim()) ask.mutate({ ...what, reason });
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <section aria-label="What would go">
        <h3 className={classes.heading}>
          What would go, as of now: {counted(preview.rows, "row")}
        </h3>
        <RowsByTable of={preview.tables} caption="Rows that would go, by table" />
        <p className={classes.soft}>
          {FIGURES[what.mode ?? ""]} It cannot be undone; backups made before hold it until they age
          out.
        </p>
        <h3 className={classes.heading}>What stays</h3>
        <ul className={classes.stays}>
          {preview.stays.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      </section>
      {preview.approvers === 0 && (
        <p className={classes.notice}>
          Nobody else could approve this
          {what.kind === "everything" ? ", which takes an owner" : ""}. Make a second owner or
          administrator first, under Administration, Users.
        </p>
      )}
      <Textarea
        label="Reason"
        description={
          what.kind === "person"
            ? "Whoever approves reads it. It goes with the person: name them not."
            : "It stays on record: name neither people nor things."
        }
        required
        maxLength={500}
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <TextInput
        label={`Type “${preview.name}” to say that it is meant`}
        required
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {ask.error && <Trouble error={ask.error} onRetry={() => ask.mutate(ask.variables)} />}
      <div className={classes.buttons}>
        <Button
          type="submit"
          size="xs"
          color="red.9"
          disabled={!isMeant || !reason.trim()}
          loading={ask.isPending}
        >
          Ask for this erasure
        </Button>
      </div>
    </form>
  );
}
