import { Textarea, TextInput } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { meQuery } from "../../../api/queries";
import { ChangeForm } from "../../ChangeForm";
import {
  authorityTold,
  close,
  type Detail,
  decideOnPeople,
  notToNotify,
  peopleTold,
  useIncidentChange,
} from "./queries";
import { fieldOf, instantOf } from "./times";

export type Act = "authority" | "not-to-notify" | "tell" | "not-to-tell" | "people-told" | "close";

const FORMS: Record<Act, { title: string; act: string; says: string; reason: string }> = {
  authority: {
    title: "The notice to the authority left",
    act: "Enter",
    says: "Plumbline sends nothing itself. After 72 hours the authority is told why it took so long (Art. 33(1)).",
    reason: "Why it took so long, where it was more than 72 hours",
  },
  "not-to-notify": {
    title: "The authority need not be told",
    act: "Decide",
    says: "Only where a risk to people is unlikely (Art. 33(1)). The authority may ask for the reason.",
    reason: "Why a risk to people is unlikely",
  },
  tell: {
    title: "People are told",
    act: "Decide",
    says: "Where a high risk to people is likely (Art. 34(1)).",
    reason: "Why",
  },
  "not-to-tell": {
    title: "People need not be told",
    act: "Decide",
    says: "Where no high risk is likely, or Art. 34(3) says so.",
    reason: "Why not",
  },
  "people-told": {
    title: "People were told",
    act: "Enter",
    says: "Plumbline writes to nobody itself.",
    reason: "",
  },
  close: {
    title: "Close the incident",
    act: "Close for good",
    says: "Nothing of it changes afterwards. The closing report is signed within seconds.",
    reason: "",
  },
};

export function ActForm({
  act,
  of,
  onDone,
  onCancel,
}: {
  act: Act;
  of: Detail;
  onDone: (made: Detail) => void;
  onCancel: () => void;
}) {
  const { data: me } = useSuspenseQuery(meQuery);
  const timeZone = me.organisation.time_zone;
  const form = FORMS[act];
  const [at, setAt] = useState(fieldOf(new Date().toISOString(), timeZone));
  const [reason, setReason] = useState("");
  const [cause, setCause] = useState("");
  const [measures, setMeasures] = useState(of.measures ?? "");
  const [lessons, setLessons] = useState("");
  const send = useIncidentChange(() => {
    switch (act) {
      case "authority":
        return authorityTold(of.id, { at: instantOf(at, timeZone), delay_reason: reason });
      case "not-to-notify":
        return notToNotify(of.id, reason);
      case "tell":
      case "not-to-tell":
        return decideOnPeople(of.id, { tell: act === "tell", reason });
      case "people-told":
        return peopleTold(of.id, instantOf(at, timeZone));
      case "close":
        return close(of.id, { root_cause: cause, measures, lessons });
    }
  }, onDone);
  return (
    <ChangeForm
      title={form.title}
      act={form.act}
      busy={send.isPending}
      error={send.error}
      onSubmit={() => send.mutate(undefined)}
      onCancel={onCancel}
    >
      <p>{form.says}</p>
      {(act === "authority" || act === "people-told") && (
        <TextInput
          label="When"
          type="datetime-local"
          required
          value={at}
          onChange={(event) => setAt(event.currentTarget.value)}
        />
      )}
      {form.reason && (
        <Textarea
          label={form.reason}
          required={act !== "authority"}
          maxLength={1000}
          rows={3}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      {act === "close" && (
        <>
          <Words label="Root cause" value={cause} onChange={setCause} />
          <Words label="Measures" value={measures} onChange={setMeasures} />
          <Words label="What was learnt" value={lessons} onChange={setLessons} />
        </>
      )}
    </ChangeForm>
  );
}

function Words({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (to: string) => void;
}) {
  return (
    <Textarea
      label={label}
      required
      maxLength={2000}
      rows={3}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
