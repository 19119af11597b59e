import { Textarea } from "@mantine/core";
import { useState } from "react";
import { ChangeForm } from "../ChangeForm";
import { ModeChoice } from "./ModeChoice";
import { KINDS, type Kind, type Mode, type OwnRequest } from "./names";
import { ask, useOwnChange, type Wish } from "./queries";

const TITLES: Record<Kind, string> = {
  access: "Ask for a copy of your data",
  erasure: "Ask for your data to be erased",
  rectification: "Ask for a correction",
  objection: "Object to how your data are used",
};

const LONGEST = 2000;

/** One wish, with what it means, before it is sent. */
export function AskForm({
  kind,
  onDone,
  onCancel,
}: {
  kind: Kind;
  onDone: (made: OwnRequest) => void;
  onCancel: () => void;
}) {
  const [text, setText] = useState("");
  const [mode, setMode] = useState<Mode>("pseudonymise");
  const send = useOwnChange((wish: Wish) => ask(wish), onDone);
  const needsWords = kind === "rectification" || kind === "objection";
  return (
    <ChangeForm
      title={TITLES[kind]}
      act={kind === "access" ? "Ask for a copy" : `Ask: ${KINDS[kind].toLowerCase()}`}
      busy={send.isPending}
      error={send.error}
      onSubmit={() => send.mutate({ kind, text, mode: kind === "erasure" ? mode : null })}
      onCancel={onCancel}
    >
      {kind === "access" && (
        <p>
          An administrator looks at what the copy would hold by number of rows, and hands it over to
          you. You download it here: a page to read and the same as JSON. Other people are left out
          of it.
        </p>
      )}
      {kind === "erasure" && (
        <>
          <p>
            An administrator starts the erasure and a second person approves it. You cannot sign in
            afterwards, and it cannot be undone. What stays in either case: that you asked, without
            your name, and a certificate that counts what went.
          </p>
          <ModeChoice value={mode} onChange={setMode} />
        </>
      )}
      {kind === "rectification" && (
        <p>
          Most of it comes from GitHub, Jira and your directory, and is right here once it is right
          there. Names, teams and who is who can be corrected here.
        </p>
      )}
      <Textarea
        label={needsWords ? "What is it about?" : "Anything to add"}
        required={needsWords}
        maxLength={LONGEST}
        rows={3}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </ChangeForm>
  );
}
