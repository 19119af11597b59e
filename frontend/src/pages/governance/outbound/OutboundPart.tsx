import { SegmentedControl, Skeleton } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { meQuery } from "../../../api/queries";
import { bytes } from "../../../ui/bytes";
import { CsvButton } from "../../../ui/CsvButton";
import { type DataColumn, DataTable, RowName } from "../../../ui/DataTable";
import { dateTime } from "../../../ui/dates";
import { Failure, Message } from "../../../ui/Message";
import { count, counted } from "../../../ui/numbers";
import frame from "../../../ui/Page.module.css";
import { NoRows, TableSection } from "../../../ui/TableSection";
import { failureOf } from "../../failure";
import { DestinationDrawer } from "./DestinationDrawer";
import { PURPOSES } from "./names";
import { type Destination, outboundQuery } from "./queries";
import { Standing } from "./Standing";
import { DAYS, USUAL_DAYS } from "./search";
import { TrafficPanel } from "./TrafficPanel";
import { type ChangeOutbound, useOutboundSearch } from "./useOutboundSearch";

/** What left the appliance: each destination against the configuration, and what it was asked. */
export default function OutboundPart() {
  const [search, change] = useOutboundSearch();
  const { data: me } = useSuspenseQuery(meQuery);
  const days = search.span ?? USUAL_DAYS;
  const { data, error, isPlaceholderData, refetch } = useQuery(outboundQuery(days));
  const zone = me.organisation.time_zone;
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton height={480} radius="md" />;
  const strange = data.destinations.filter(({ standing }) => standing === "not_configured");
  const waiting = data.destinations.filter(({ standing }) => standing === "waiting");
  const left = data.days.some(({ total }) => total.requests > 0);
  return (
    <div className={frame.content} aria-busy={isPlaceholderData}>
      {strange.length > 0 && (
        <p className={frame.hint}>
          {counted(strange.length, "destination")} below {strange.length === 1 ? "was" : "were"}{" "}
          asked, and nothing in the configuration leads there any more.
        </p>
      )}
      {waiting.length > 0 && (
        <p className={frame.hint}>
          {counted(waiting.length, "destination")} below {waiting.length === 1 ? "waits" : "wait"}{" "}
          for the host, which opens the way: <code>scripts/appliance egress</code>.
        </p>
      )}
      <TableSection
        title="Destinations"
        count={said(data.destinations, days)}
        tools={<Tools days={days} onChange={change} />}
      >
        {data.destinations.length > 0 ? (
          <DataTable
            label="Destinations"
            columns={columns(zone, (name) => change({ destination: name }))}
            rows={data.destinations}
            rowKey={(row) => row.name}
            stale={isPlaceholderData}
            onOpen={(row) => change({ destination: row.name })}
          />
        ) : (
          <NoRows>
            No connection and no identity provider is configured, and nothing left the appliance
            within these days.
          </NoRows>
        )}
      </TableSection>
      {left ? (
        <TrafficPanel
          days={data.days}
          today={data.last}
          asTable={search.table ?? false}
          onAsTable={(shown) => change({ table: shown || undefined })}
        />
      ) : (
        data.destinations.length > 0 && (
          <Message title="Nothing left the appliance within these days">
            <p>The destinations above are those that the configuration leads to.</p>
          </Message>
        )
      )}
      <DestinationDrawer
        name={search.destination}
        of={data.destinations.find(({ name }) => name === search.destination)}
        days={days}
        timeZone={zone}
        onClose={() => change({ destination: undefined })}
      />
    </div>
  );
}

function said(all: Destination[], days: number): string {
  const asked = all.filter(({ total }) => total.requests > 0).length;
  const configured = all.filter(({ because }) => because.length > 0).length;
  return `${count(asked)} asked within the last ${days} days, ${count(configured)} configured`;
}

function Tools({ days, onChange }: { days: number; onChange: ChangeOutbound }) {
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="Days until today"
        transitionDuration={0}
        value={String(days)}
        data={DAYS.map((one) => ({ value: String(one), label: `${one} days` }))}
        onChange={(value) => {
          const chosen = DAYS.find((one) => String(one) === value);
          onChange({ span: chosen === USUAL_DAYS ? undefined : chosen });
        }}
      />
      <CsvButton address="/api/v1/outbound.csv" asked={{ days }} />
      <CsvButton address="/api/v1/outbound.json" asked={{ days }} format="JSON" />
    </>
  );
}

function columns(zone: string, onOpen: (name: string) => void): DataColumn<Destination>[] {
  const moment = (at: string | null) => (at === null ? "–" : dateTime(at, zone));
  return [
    {
      name: "Destination",
      narrow: true,
      cell: (row) => (
        <RowName
          name={row.name}
          where={row.because.join(", ") || undefined}
          onOpen={() => onOpen(row.name)}
        />
      ),
    },
    { name: "State", narrow: true, cell: (row) => <Standing of={row.standing} /> },
    {
      name: "For",
      cell: (row) => row.purposes.map((one) => PURPOSES[one]).join(", "),
    },
    { name: "First", cell: (row) => moment(row.total.first_at) },
    { name: "Last", cell: (row) => moment(row.total.last_at) },
    { name: "Requests", numeric: true, cell: (row) => count(row.total.requests) },
    { name: "Refused", numeric: true, cell: (row) => count(row.total.refused) },
    { name: "Failed", numeric: true, cell: (row) => count(row.total.failed) },
    { name: "Sent", numeric: true, cell: (row) => bytes(row.total.bytes_sent) },
    {
      name: "Received",
      numeric: true,
      cell: (row) => bytes(row.total.bytes_received),
    },
  ];
}
