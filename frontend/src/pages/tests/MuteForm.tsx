import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useId, useState } from "react";
import { addDays } from "../../ui/dates";
import classes from "./TestDrawer.module.css";

const USUAL_DAYS = 14;
const LONGEST_DAYS = 365;

/** Why a test is muted, and until when; both must be said. */
export function MuteForm({
  today,
  busy,
  failure,
  onMute,
  onClose,
}: {
  today: string;
  busy: boolean;
  failure: { message: string; action: string | null } | null;
  onMute: (body: { reason: string; until: string }) => void;
  onClose: () => void;
}) {
  const name = useId();
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState(addDays(today, USUAL_DAYS));
  const [missing, setMissing] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const said = reason.trim();
    setMissing(said === "");
    if (said !== "") onMute({ reason: said, until });
  };
  const refused = failure && [failure.message, failure.action].filter(Boolean).join(" ");
  return (
    <form className={classes.form} onSubmit={submit} aria-labelledby={name}>
      <h4 id={name} className={classes.formName}>
        Mute this test
      </h4>
      <TextInput
        label="Reason"
        description="Where it is looked into, for example. Everybody who sees the test reads it."
        required
        maxLength={500}
        value={reason}
        error={missing ? "Say why." : refused}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <TextInput
        label="Until"
        description="The last day on which it is muted."
        type="date"
        required
        min={today}
        max={addDays(today, LONGEST_DAYS)}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
      <div className={classes.buttons}>
        <Button type="submit" size="xs" loading={busy}>
          Mute
        </Button>
        <Button variant="default" size="xs" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
