import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { DetailDrawer, DetailSection, DetailSkeleton } from "../../../ui/DetailDrawer";
import drawer from "../../../ui/DetailDrawer.module.css";
import { dateTime } from "../../../ui/dates";
import { Failure } from "../../../ui/Message";
import { failureOf } from "../../failure";
import classes from "./audit.module.css";
import { ChangeTable } from "./ChangeTable";
import { type AuditEvent, eventQuery } from "./queries";
import { Value } from "./Value";
import { about, what, who } from "./words";

/** One event with everything that it says. */
export function EventDrawer({
  id,
  known,
  timeZone,
  onClose,
  onActor,
}: {
  id: number | undefined;
  /** As the table has it already. */
  known: AuditEvent | undefined;
  timeZone: string;
  onClose: () => void;
  onActor: (account: number) => void;
}) {
  return (
    <DetailDrawer title="Event" width={560} onClose={onClose}>
      {id !== undefined &&
        (known ? (
          <Event event={known} timeZone={timeZone} onActor={onActor} />
        ) : (
          <Asked id={id} timeZone={timeZone} onActor={onActor} />
        ))}
    </DetailDrawer>
  );
}

function Asked({
  id,
  ...rest
}: {
  id: number;
  timeZone: string;
  onActor: (account: number) => void;
}) {
  const { data, error, refetch } = useQuery(eventQuery(id));
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  return data ? <Event event={data} {...rest} /> : <DetailSkeleton />;
}

function Event({
  event,
  timeZone,
  onActor,
}: {
  event: AuditEvent;
  timeZone: string;
  onActor: (account: number) => void;
}) {
  const { actor } = event;
  return (
    <>
      <h2 className={drawer.title}>{what(event)}</h2>
      {event.meaning && <p className={drawer.where}>{event.meaning}</p>}
      <dl className={drawer.list}>
        <dt>When</dt>
        <dd>{dateTime(event.at, timeZone)}</dd>
        <dt>Who</dt>
        <dd className={classes.who}>
          {who(event)}
          {actor !== null && (
            <Button variant="subtle" size="compact-xs" onClick={() => onActor(actor)}>
              Only theirs
            </Button>
          )}
        </dd>
        <dt>From</dt>
        <dd>{event.address ?? "–"}</dd>
        <dt>About</dt>
        <dd>
          {event.kind === null ? (
            "–"
          ) : (
            <>
              {about(event)}{" "}
              {event.about && (
                <span className={drawer.soft}>{`${event.kind} ${event.about_key}`}</span>
              )}
            </>
          )}
        </dd>
        <dt>Number</dt>
        <dd>{event.id}</dd>
      </dl>
      {event.withheld && (
        <DetailSection title="What it says">
          <p className={classes.withheld}>{event.withheld}</p>
        </DetailSection>
      )}
      {event.changes.length > 0 && (
        <DetailSection title="What was changed">
          <ChangeTable event={event} timeZone={timeZone} />
        </DetailSection>
      )}
      {event.detail.length > 0 && (
        <DetailSection title="Details">
          <dl className={drawer.list}>
            {event.detail.map(({ name, value }) => [
              <dt key={`${name} of`}>{name}</dt>,
              <dd key={name}>
                <Value of={value} timeZone={timeZone} />
              </dd>,
            ])}
          </dl>
        </DetailSection>
      )}
      {(event.who_erased || event.about_erased) && (
        <p className={drawer.foot}>
          What was erased cannot be read any more, by nobody: its key is destroyed. The event itself
          stays, so that the log is whole.
        </p>
      )}
    </>
  );
}
