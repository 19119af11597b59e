import { Progress } from "@mantine/core";
import type { ConnectionQuality } from "../../api/types";
import { clockTime, dateTime } from "../../ui/dates";
import { count, percent } from "../../ui/numbers";
import section from "../Section.module.css";
import classes from "./Connections.module.css";

const STATES: Record<ConnectionQuality["state"], string> = {
  unchecked: "not tried yet",
  working: "working",
  failing: "failing",
  paused: "paused",
};

/** How each connection fares, and how much of its request budget is used. */
export function Connections({
  connections,
  timeZone,
}: {
  connections: ConnectionQuality[];
  timeZone: string;
}) {
  return (
    <section className={section.section} aria-labelledby="connections">
      <header className={section.head}>
        <h2 id="connections" className={section.title}>
          Connections
        </h2>
      </header>
      {connections.length === 0 && <p className={section.none}>Nothing is connected yet.</p>}
      <ul className={classes.list}>
        {connections.map((connection) => (
          <li key={connection.slug} className={classes.connection}>
            <h3 className={classes.name}>
              {connection.name}
              <span className={classes.state} data-state={connection.state}>
                {STATES[connection.state]}
              </span>
            </h3>
            <p className={classes.soft}>
              {connection.url}
              {connection.server_version && `, version ${connection.server_version}`}
            </p>
            {connection.reason && (
              <p className={classes.reason}>
                {connection.reason} {connection.action}
              </p>
            )}
            <Facts of={connection} timeZone={timeZone} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Facts({ of, timeZone }: { of: ConnectionQuality; timeZone: string }) {
  const used = of.requests_per_hour > 0 ? of.this_hour.requests / of.requests_per_hour : 0;
  return (
    <dl className={classes.facts}>
      <div>
        <dt>Last sync</dt>
        <dd>{of.last_synced_at === null ? "none yet" : dateTime(of.last_synced_at, timeZone)}</dd>
      </div>
      <div>
        <dt>{of.projects === null ? "Repositories read" : "Projects read"}</dt>
        <dd>{count(of.projects ?? of.repositories)}</dd>
      </div>
      {of.waiting_until && (
        <div>
          <dt>Waits for the server until</dt>
          <dd>{clockTime(of.waiting_until, timeZone)}</dd>
        </div>
      )}
      {of.quiet_from && of.quiet_to && (
        <div>
          <dt>Quiet hours</dt>
          <dd>
            {of.quiet_from.slice(0, 5)} – {of.quiet_to.slice(0, 5)}
          </dd>
        </div>
      )}
      <div className={classes.wide}>
        <dt>Requests this hour</dt>
        <dd>
          {count(of.this_hour.requests)} of {count(of.requests_per_hour)} ({percent(used)})
          <Progress
            value={Math.min(1, used) * 100}
            size={6}
            mt={6}
            transitionDuration={0}
            aria-label={`Budget of ${of.name} used this hour`}
          />
        </dd>
      </div>
      <div className={classes.wide}>
        <dt>Last 24 hours</dt>
        <dd>
          {count(of.last_day.requests)} requests, {count(of.last_day.points)} points;{" "}
          {count(of.last_day.not_modified)} found nothing changed
        </dd>
      </div>
    </dl>
  );
}
