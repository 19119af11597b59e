import { IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { bytes } from "../../../ui/bytes";
import { DetailDrawer, DetailSection, DetailSkeleton } from "../../../ui/DetailDrawer";
import drawer from "../../../ui/DetailDrawer.module.css";
import { dateTime, zoneName } from "../../../ui/dates";
import { Failure } from "../../../ui/Message";
import { count, counted } from "../../../ui/numbers";
import { failureOf } from "../../failure";
import { INTERFACES, PURPOSES, STANDINGS } from "./names";
import classes from "./outbound.module.css";
import { type Asked, askedQuery, type Destination } from "./queries";
import { Standing } from "./Standing";
import { Chart } from "./TrafficPanel";

/** One destination: what leads there, what it was asked, by query and field, and when. */
export function DestinationDrawer({
  name,
  of,
  days,
  timeZone,
  onClose,
}: {
  name: string | undefined;
  /** Undefined: it is neither configured nor was it asked within the range. */
  of: Destination | undefined;
  days: number;
  timeZone: string;
  onClose: () => void;
}) {
  return (
    <DetailDrawer title="Destination" width={680} onClose={onClose}>
      {name !== undefined && (
        <Told key={name} name={name} of={of} days={days} timeZone={timeZone} />
      )}
    </DetailDrawer>
  );
}

function Told({
  name,
  of,
  days,
  timeZone,
}: {
  name: string;
  of: Destination | undefined;
  days: number;
  timeZone: string;
}) {
  const { data, error, refetch } = useQuery(askedQuery(name, days));
  return (
    <>
      <h2 className={drawer.title}>{name}</h2>
      {of === undefined ? (
        <p className={drawer.where}>Not asked within the last {days} days, and not configured.</p>
      ) : (
        <Facts of={of} />
      )}
      {error ? (
        <Failure {...failureOf(error)} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <DetailSkeleton />
      ) : (
        data.queries.length > 0 && (
          <>
            <DetailSection title="Day by day" count={`last ${counted(days, "day")}`}>
              <Chart days={data.days} today={data.last} height={150} />
            </DetailSection>
            <DetailSection
              title="What it was asked"
              count={counted(data.queries.length, "query", "queries")}
            >
              <ul className={classes.queries}>
                {data.queries.map((one) => (
                  <li key={`${one.purpose} ${one.digest}`} className={classes.query}>
                    <Query of={one} timeZone={timeZone} />
                  </li>
                ))}
              </ul>
            </DetailSection>
            <p className={drawer.foot}>
              A query is another one as soon as other fields are asked for or kept. Names of
              objects, parameters and tokens are not written down. Times in {zoneName(timeZone)}.
            </p>
          </>
        )
      )}
    </>
  );
}

function Facts({ of: { standing, because, purposes, total } }: { of: Destination }) {
  return (
    <>
      <p className={drawer.where}>
        <Standing of={standing} /> {because.length > 0 && `· ${because.join(", ")}`}
      </p>
      <p className={classes.says}>
        {STANDINGS[standing].says} {purposes.map((one) => PURPOSES[one]).join(", ")}.
      </p>
      <dl className={classes.figures}>
        <div>
          <dt>Requests</dt>
          <dd>{count(total.requests)}</dd>
        </div>
        <div>
          <dt>Refused</dt>
          <dd>{count(total.refused)}</dd>
        </div>
        <div>
          <dt>Failed</dt>
          <dd>{count(total.failed)}</dd>
        </div>
        <div>
          <dt>Sent</dt>
          <dd>{bytes(total.bytes_sent)}</dd>
        </div>
        <div>
          <dt>Received</dt>
          <dd>{bytes(total.bytes_received)}</dd>
        </div>
      </dl>
    </>
  );
}

function Query({ of, timeZone }: { of: Asked; timeZone: string }) {
  const { total } = of;
  return (
    <details>
      <summary className={classes.summary}>
        <IconChevronRight className={classes.turn} size={14} stroke={1.8} aria-hidden />
        <span className={classes.name}>
          {of.name}
          <span className={classes.soft}>
            {INTERFACES[of.interface]}, {PURPOSES[of.purpose].toLowerCase()}, asked since{" "}
            {dateTime(of.first_asked_at, timeZone)}
          </span>
        </span>
        <span className={classes.amount}>
          {counted(total.requests, "request")}
          <span className={classes.soft}>
            {bytes(total.bytes_sent)} out, {bytes(total.bytes_received)} in
          </span>
        </span>
      </summary>
      <div className={classes.fields}>
        <Fields of={of} />
        <p>
          {total.last_at && `Last asked ${dateTime(total.last_at, timeZone)}. `}
          {total.refused + total.failed > 0 &&
            `${count(total.refused)} refused, ${count(total.failed)} without an answer. `}
          Fingerprint <code>{of.digest.slice(0, 12)}</code>
        </p>
      </div>
    </details>
  );
}

function Fields({ of: { interface: by, asked, kept } }: { of: Asked }) {
  if (by === "graphql") return <List title="Asked for, and nothing else comes" names={asked} />;
  return (
    <>
      {asked.length > 0 ? (
        <List title="Asked for by name" names={asked} />
      ) : (
        <p>The whole answer is received, since this interface takes no list of fields.</p>
      )}
      {kept === null ? (
        <p>What is kept of the answer is not declared.</p>
      ) : kept.length > 0 ? (
        <List title="Only these are kept, the rest is dropped in memory" names={kept} />
      ) : (
        <p>Nothing is kept of the answer.</p>
      )}
    </>
  );
}

function List({ title, names }: { title: string; names: string[] }) {
  return (
    <>
      <h4>
        {title} ({names.length})
      </h4>
      <ul>
        {names.map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
    </>
  );
}
