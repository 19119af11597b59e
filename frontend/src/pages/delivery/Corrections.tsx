import { Button, Select, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { dateTime, dayOf, fullDay } from "../../ui/dates";
import { Failure } from "../../ui/Message";
import { failureOf } from "../failure";
import classes from "./Corrections.module.css";
import { deploymentName, incidentName } from "./names";
import { correctFix, deploymentQuery, withdrawCorrection } from "./queries";
import type {
  Correction,
  DeploymentDetail,
  DeploymentName,
  FixCorrection,
  IncidentName,
} from "./types";

/** What people said of what fixed it, which comes before what was found; and the form to say so. */
export function Corrections({ of, timeZone }: { of: DeploymentDetail; timeZone: string }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (ask: () => Promise<DeploymentDetail>) => ask(),
    onSuccess: (answered) => {
      client.setQueryData(deploymentQuery(of.id).queryKey, answered);
      void client.invalidateQueries({ queryKey: ["deployments"] });
    },
  });
  const busy = change.isPending;
  return (
    <div className={classes.corrections}>
      <ul className={classes.list} aria-label="Corrections">
        {of.corrections.map((correction) => (
          <li key={correction.id}>
            <div>
              {said(correction, timeZone)} “{correction.reason}”
              <span className={classes.soft}>
                {correction.made_by ?? "A deleted account"},{" "}
                {fullDay(dayOf(correction.made_at, timeZone))}
              </span>
            </div>
            {of.may_correct && (
              <Button
                size="compact-xs"
                variant="default"
                disabled={busy}
                onClick={() => change.mutate(() => withdrawCorrection(of.id, correction.id))}
              >
                Take back
              </Button>
            )}
          </li>
        ))}
      </ul>
      {change.error && (
        <Failure
          {...failureOf(change.error)}
          onRetry={() => change.variables && change.mutate(change.variables)}
        />
      )}
      {of.may_correct && (
        <CorrectionForm
          of={of}
          timeZone={timeZone}
          busy={busy}
          onSay={(word) => change.mutate(() => correctFix(of.id, word))}
        />
      )}
      <p className={classes.soft} role="status">
        {change.isSuccess && "Recorded. "}
        {of.is_pending && "The figures are measured anew, and follow in a moment."}
      </p>
    </div>
  );
}

function said({ verdict, deployment, incident, fix_key: key }: Correction, timeZone: string) {
  const what = deployment
    ? named(deployment, timeZone)
    : incident
      ? incidentName(incident)
      : `incident ${key}`;
  return verdict === "fixed_by"
    ? `It failed, and ${what} fixed it:`
    : `${capitalised(what)} is no fix of it:`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function named(deployment: DeploymentName, timeZone: string): string {
  const at = deployment.finished_at && `, ${dateTime(deployment.finished_at, timeZone)}`;
  return `${deploymentName(deployment)}${at ?? ""}`;
}

/** A choice of the form: what of, and what is said of it. Ids of deployments and incidents may be the same. */
type Choice = { label: string; word: Omit<FixCorrection, "reason"> };

function choicesOf(of: DeploymentDetail, timeZone: string): Map<string, Choice> {
  const found = new Map<string, Choice>();
  for (const { deployment, incident } of of.fixes) {
    if (deployment) {
      found.set(`not deployment ${deployment.id}`, {
        label: `${named(deployment, timeZone)} is no fix of it`,
        word: { verdict: "not_fixed_by", deployment: deployment.id },
      });
    }
    if (incident) {
      found.set(`not ${incident.source} ${incident.id}`, {
        label: `${capitalised(incidentName(incident))} was not its doing`,
        word: { verdict: "not_fixed_by", ...idOf(incident) },
      });
    }
  }
  for (const deployment of of.later) {
    found.set(`deployment ${deployment.id}`, {
      label: `${named(deployment, timeZone)} fixed it`,
      word: { verdict: "fixed_by", deployment: deployment.id },
    });
  }
  for (const incident of of.incidents) {
    found.set(`${incident.source} ${incident.id}`, {
      label: `${capitalised(incidentName(incident))} was its doing`,
      word: { verdict: "fixed_by", ...idOf(incident) },
    });
  }
  return found;
}

function idOf({ source, id }: IncidentName) {
  return source === "jira" ? { issue: id } : { incident: id };
}

function CorrectionForm({
  of,
  timeZone,
  busy,
  onSay,
}: {
  of: DeploymentDetail;
  timeZone: string;
  busy: boolean;
  onSay: (word: FixCorrection) => void;
}) {
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const choices = choicesOf(of, timeZone);
  const choice = chosen === null ? undefined : choices.get(chosen);
  if (choices.size === 0) {
    return (
      <p className={classes.soft}>
        Nothing came after it yet that could have fixed it: there is nothing to correct.
      </p>
    );
  }
  if (!open) {
    return (
      <Button size="xs" variant="default" onClick={() => setOpen(true)}>
        Correct this …
      </Button>
    );
  }
  return (
    <form
      className={classes.form}
      aria-label="Correct what fixed it"
      onSubmit={(event) => {
        event.preventDefault();
        if (choice === undefined || reason.trim() === "") return;
        onSay({ ...choice.word, reason: reason.trim() });
        setOpen(false);
        setChosen(null);
        setReason("");
      }}
    >
      <Select
        label="What is right"
        placeholder="Choose"
        data={[...choices].map(([value, { label }]) => ({ value, label }))}
        value={chosen}
        onChange={setChosen}
        maxDropdownHeight={280}
        required
      />
      <Textarea
        label="Reason"
        description="Kept with your name, and in the audit record."
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={500}
        rows={3}
        required
      />
      <div className={classes.buttons}>
        <Button size="xs" type="submit" loading={busy} disabled={!choice || reason.trim() === ""}>
          Record it
        </Button>
        <Button size="xs" variant="default" onClick={() => setOpen(false)}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
