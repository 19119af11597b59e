import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { BytesOfDay } from "../../../charts/BytesChart";
import { bytes } from "../../../ui/bytes";
import { fullDay } from "../../../ui/dates";
import { FactTable } from "../../../ui/FactTable";
import { count, counted } from "../../../ui/numbers";
import { Panel } from "../../../ui/Panel";
import type { Day } from "./queries";

const BytesChart = lazy(() => import("../../../charts/BytesChart"));

/** Days as the picture shows them. The last one of a range until today is not over. */
export function drawn(days: Day[], today: string): BytesOfDay[] {
  return days.map(({ day, total }) => ({
    start: day,
    partial: day === today,
    sent: total.bytes_sent,
    received: total.bytes_received,
    requests: total.requests,
  }));
}

export function Chart({ days, today, height }: { days: Day[]; today: string; height: number }) {
  return (
    <Suspense fallback={<Skeleton height={height + 26} />}>
      <BytesChart days={drawn(days, today)} height={height} />
    </Suspense>
  );
}

/** What went out and came back, day by day, to all destinations together. */
export function TrafficPanel({
  days,
  today,
  asTable,
  onAsTable,
}: {
  days: Day[];
  today: string;
  asTable: boolean;
  onAsTable: (shown: boolean) => void;
}) {
  const requests = days.reduce((sum, { total }) => sum + total.requests, 0);
  return (
    <Panel
      title="Bytes, day by day"
      about="What was sent to all destinations and received from them. Days are in UTC."
      n={counted(requests, "request")}
      explanation={null}
      asTable={asTable}
      onAsTable={onAsTable}
      notes={[
        "Bytes are HTTP's, packed as they were sent: heads and bodies, without TLS. Of a clone, the pack.",
      ]}
    >
      {asTable ? (
        <FactTable
          caption="Bytes, day by day"
          rowKey={({ day }) => day}
          rows={[...days].reverse()}
          columns={[
            { name: "Day", cell: ({ day }) => fullDay(day) },
            { name: "Requests", numeric: true, cell: ({ total }) => count(total.requests) },
            { name: "Refused", numeric: true, cell: ({ total }) => count(total.refused) },
            { name: "Failed", numeric: true, cell: ({ total }) => count(total.failed) },
            { name: "Sent", numeric: true, cell: ({ total }) => bytes(total.bytes_sent) },
            { name: "Received", numeric: true, cell: ({ total }) => bytes(total.bytes_received) },
          ]}
        />
      ) : (
        <Chart days={days} today={today} height={220} />
      )}
    </Panel>
  );
}
