import "@mantine/dates/styles.css";
import { Button, Modal, TextInput } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import { type FormEvent, useState } from "react";
import { addDays } from "../../ui/dates";
import classes from "./TestDrawer.module.css";

const USUAL_DAYS = 14;
const LONGEST_DAYS = 365;

/** Why a test is muted, and until when; both must be said. */
export default function MuteForm({
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
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState<string | null>(addDays(today, USUAL_DAYS));
  const [missing, setMissing] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const said = reason.trim();
    setMissing(said === "");
    if (said !== "" && until !== null) onMute({ reason: said, until });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title="Mute this test"
      closeButtonProps={{ "aria-label": "Close the dialog", size: 28 }}
      transitionProps={{ duration: 0 }}
    >
      <form className={classes.form} onSubmit={submit}>
        <TextInput
          label="Reason"
          description="Where it is looked into, for example. Everybody who sees the test reads it."
          required
          maxLength={500}
          data-autofocus
          value={reason}
          error={
            missing
              ? "Say why."
              : failure && [failure.message, failure.action].filter(Boolean).join(" ")
          }
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <DatePickerInput
          label="Until"
          description="The last day on which it is muted."
          required
          value={until}
          onChange={setUntil}
          minDate={today}
          maxDate={addDays(today, LONGEST_DAYS)}
          valueFormat="D MMM YYYY"
          firstDayOfWeek={1}
          weekendDays={[]}
          popoverProps={{ withinPortal: true }}
          ariaLabels={{ previousMonth: "Month before", nextMonth: "Month after" }}
        />
        <div className={classes.row}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Mute
          </Button>
        </div>
      </form>
    </Modal>
  );
}
