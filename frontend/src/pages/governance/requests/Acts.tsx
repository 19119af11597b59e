import { Button, Textarea } from "@mantine/core";
import { useRef, useState } from "react";
import { ChangeForm } from "../../ChangeForm";
import { ModeChoice } from "../../your-data/ModeChoice";
import { MODES, type Mode } from "../../your-data/names";
import { type Detail, erase, extend, fulfil, handOver, refuse, useRequestChange } from "./queries";
import classes from "./requests.module.css";

type Act = "hand-over" | "erase" | "fulfil" | "extend" | "refuse";

const NAMES: Record<Act, string> = {
  "hand-over": "Hand over the copy …",
  erase: "Start the erasure …",
  fulfil: "Say what was done …",
  extend: "Extend …",
  refuse: "Refuse …",
};

/** What an administrator can do with a request as it stands. */
export function Acts({ of, onDone }: { of: Detail; onDone: (told: string) => void }) {
  const [doing, setDoing] = useState<Act>();
  const from = useRef<HTMLElement>(null);
  const offered = actsOf(of);
  return (
    <>
      {hasCopy(of) && of.why_not_handed_over && (
        <p className={classes.left}>{of.why_not_handed_over}</p>
      )}
      {offered.length > 0 && (
        <div className={classes.acts}>
          {offered.map((act) => (
            <Button
              key={act}
              size="compact-xs"
              variant="default"
              onClick={(event) => {
                from.current = event.currentTarget;
                onDone("");
                setDoing(act);
              }}
            >
              {act === "hand-over" && of.state === "fulfilled" ? "Hand over again …" : NAMES[act]}
            </Button>
          ))}
        </div>
      )}
      {doing && (
        <ActForm
          key={doing}
          act={doing}
          of={of}
          onDone={(told) => {
            setDoing(undefined);
            onDone(told);
          }}
          onCancel={() => {
            setDoing(undefined);
            from.current?.focus();
          }}
        />
      )}
    </>
  );
}

/** There is a copy to hand over, or there was. */
function hasCopy(of: Detail): boolean {
  return of.kind === "access" && of.known && (!of.ended_at || of.state === "fulfilled");
}

function actsOf(of: Detail): Act[] {
  if (!of.may_handle) return [];
  const handsOver = hasCopy(of) && !of.why_not_handed_over;
  if (of.ended_at) {
    const theirs = of.by_letter ? of.may_download : of.available_until;
    return handsOver && !theirs ? ["hand-over"] : [];
  }
  const erasing = of.erasure !== null && of.erasure !== "refused";
  return [
    ...(handsOver ? (["hand-over"] as const) : []),
    ...(of.kind === "erasure" && of.known && !erasing ? (["erase"] as const) : []),
    ...(of.known && (of.kind === "access" || of.kind === "erasure") ? [] : (["fulfil"] as const)),
    ...(of.state === "open" && (of.days_left ?? -1) >= 0 ? (["extend"] as const) : []),
    ...(erasing ? [] : (["refuse"] as const)),
  ];
}

const FORMS: Record<
  Act,
  { title: string; act: string; label: string; says: string; told: string }
> = {
  "hand-over": {
    title: "Hand over the copy",
    act: "Hand over",
    label: "",
    says: "They can download it for 30 days. It is made at that moment and kept nowhere; you see the numbers of rows below, and not what is in them. Other people are left out: names of those who reviewed, merged, assigned or administered are not told, and titles of others' pull requests neither. Texts that they wrote themselves, and names of repositories, branches and files, stand as they are.",
    told: "The copy is handed over. They find it under Your data.",
  },
  erase: {
    title: "Start the erasure",
    act: "Start",
    label: "Reason, for whoever approves",
    says: "Nothing goes before a second person has approved it. The request is fulfilled when the erasure has finished.",
    told: "The erasure waits for a second person's approval.",
  },
  fulfil: {
    title: "Say what was done",
    act: "Close as fulfilled",
    label: "What was done",
    says: "Whoever asked reads this.",
    told: "The request is fulfilled.",
  },
  extend: {
    title: "Extend by two months",
    act: "Extend",
    label: "Why it takes longer",
    says: "It can be extended once, where requests are complex or many (Art. 12(3)). Whoever asked reads why, within the first month.",
    told: "The request is extended by two months.",
  },
  refuse: {
    title: "Refuse the request",
    act: "Refuse",
    label: "Why",
    says: "Whoever asked reads why, and that they can complain to a supervisory authority and go to court (Art. 12(4)).",
    told: "The request is refused.",
  },
};

function ActForm({
  act,
  of,
  onDone,
  onCancel,
}: {
  act: Act;
  of: Detail;
  onDone: (told: string) => void;
  onCancel: () => void;
}) {
  const form = FORMS[act];
  const [said, setSaid] = useState("");
  const [mode, setMode] = useState<Mode>(of.mode ?? "pseudonymise");
  const send = useRequestChange(
    () => carryOut(act, of.id, said, mode),
    () => onDone(toldOf(act, of)),
  );
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
      {act === "erase" && (
        <>
          {of.mode && <p>They wish: {MODES[of.mode].name}.</p>}
          <ModeChoice value={mode} onChange={setMode} />
        </>
      )}
      {form.label && (
        <Textarea
          label={form.label}
          required
          maxLength={500}
          rows={3}
          value={said}
          onChange={(event) => setSaid(event.currentTarget.value)}
        />
      )}
    </ChangeForm>
  );
}

function toldOf(act: Act, of: Detail): string {
  if (act === "hand-over" && of.by_letter)
    return "The copy is ready: download it and send it to them.";
  return FORMS[act].told;
}

function carryOut(act: Act, id: number, said: string, mode: Mode): Promise<Detail> {
  switch (act) {
    case "hand-over":
      return handOver(id);
    case "erase":
      return erase(id, mode, said);
    case "fulfil":
      return fulfil(id, said);
    case "extend":
      return extend(id, said);
    case "refuse":
      return refuse(id, said);
  }
}
