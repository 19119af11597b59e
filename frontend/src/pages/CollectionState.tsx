import { Button, Progress } from "@mantine/core";
import type { Me, Status } from "../api/types";
import { clockTime } from "../ui/dates";
import { duration } from "../ui/durations";
import { Message } from "../ui/Message";
import { count } from "../ui/numbers";
import classes from "./CollectionState.module.css";

/** Nothing to show, because nothing is collected: why, and the next step. */
export function NothingCollected({
  status,
  me,
  wholePage = false,
}: {
  status: Status;
  me: Me;
  wholePage?: boolean;
}) {
  const admin = me.links.admin;
  if (status.state === "syncing") {
    return (
      <Message title="The first data is on its way" wholePage={wholePage}>
        <p>{progressText(status, me.organisation.time_zone)}</p>
        <p>Newest first: figures appear here as soon as there are some.</p>
      </Message>
    );
  }
  const step = admin && <Administration href={admin} />;
  if (status.state === "not_connected") {
    return (
      <Message title="Nothing is connected yet" step={step} wholePage={wholePage}>
        <p>
          {status.reason ?? "Plumbline reads from GitHub Enterprise Server, and from nothing yet."}
        </p>
        <p>
          {admin
            ? "Add a connection: its address and a token are all that is needed."
            : (status.action ?? "Ask an administrator to add a connection.")}
        </p>
      </Message>
    );
  }
  return (
    <ConnectionFails
      title="The connection does not work"
      of={status}
      admin={admin}
      wholePage={wholePage}
    />
  );
}

/** What a connection that fails says of itself. */
type Failing = { reason: string | null; action: string | null };

export function ConnectionFails({
  title,
  of: { reason, action },
  admin,
  wholePage = false,
}: {
  title: string;
  of: Failing;
  admin: string | null;
  wholePage?: boolean;
}) {
  return (
    <Message title={title} step={admin && <Administration href={admin} />} wholePage={wholePage}>
      <p>{reason ?? "Nothing could be collected."}</p>
      {action && <p>{action}</p>}
    </Message>
  );
}

function Administration({ href }: { href: string }) {
  return (
    <Button component="a" href={href}>
      Open the administration
    </Button>
  );
}

/** Above figures that do not grow any more. */
export function NothingArrives({ what, of: { reason, action } }: { what: string; of: Failing }) {
  return (
    <div className={classes.notice} role="status">
      <p>
        <strong>{what}</strong> {reason} {action}
      </p>
    </div>
  );
}

/** Above figures that are not complete: how far the collection is, or why it stands. */
export function CollectionNotice({ status, timeZone }: { status: Status; timeZone: string }) {
  if (status.state === "misconfigured") {
    return <NothingArrives what="New data does not arrive." of={status} />;
  }
  const share = shareOf(status);
  return (
    <div className={classes.notice} role="status">
      <p>
        <strong>Still collecting.</strong> {progressText(status, timeZone)} Newest first; the
        figures grow as it goes.
      </p>
      {share !== null && (
        <Progress
          value={share * 100}
          size={6}
          aria-label="Collected so far"
          transitionDuration={0}
        />
      )}
    </div>
  );
}

/** How much of all that there is is stored; null: that is not known. */
export function shareOf({ stored, expected, issues }: Status): number | null {
  const counted = [{ stored, expected }, issues].filter((one) => one !== null && !isNothing(one));
  const all = sum(counted.map((one) => one?.expected ?? null));
  const here = sum(counted.map((one) => one?.stored ?? null));
  return all === null || here === null || all === 0 ? null : Math.min(1, here / all);
}

/** "4,120 of 16,398 pull requests, 20 of 30 issues, about 2 min left." */
export function progressText(status: Status, timeZone: string): string {
  const { issues } = status;
  const pulls = issues !== null && isNothing(status) ? [] : [progressOf(status, "pull requests")];
  const parts = issues === null ? pulls : [...pulls, progressOf(issues, "issues")];
  const eta = status.eta_seconds === null ? "" : `, about ${duration(status.eta_seconds)} left`;
  const waiting =
    status.waiting_until === null
      ? ""
      : ` Waiting for the server's rate limit until ${clockTime(status.waiting_until, timeZone)}.`;
  return `${parts.join(", ")}${eta}.${waiting}`;
}

type Progressed = { stored: number; expected: number | null };

/** No repository is read. */
function isNothing({ stored, expected }: Progressed): boolean {
  return stored === 0 && expected === null;
}

function progressOf({ stored, expected }: Progressed, what: string): string {
  return `${count(stored)}${expected === null ? "" : ` of ${count(expected)}`} ${what}`;
}

function sum(numbers: (number | null)[]): number | null {
  return numbers.reduce((all, one) => (all === null || one === null ? null : all + one), 0);
}
