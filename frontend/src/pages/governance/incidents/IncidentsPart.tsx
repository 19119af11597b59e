import { Button, SegmentedControl } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { meQuery } from "../../../api/queries";
import { type DataColumn, DataTable, RowName } from "../../../ui/DataTable";
import { DetailDrawer } from "../../../ui/DetailDrawer";
import { dateTime } from "../../../ui/dates";
import { count, counted } from "../../../ui/numbers";
import { Pages } from "../../../ui/Pages";
import { NoRows } from "../../../ui/TableSection";
import { useChange } from "../../filters/useChange";
import { Section } from "../../Section";
import { Clock } from "./Clock";
import { FactsForm } from "./FactsForm";
import { IncidentDetail } from "./IncidentDetail";
import classes from "./incidents.module.css";
import { type Incident, incidentsQuery } from "./queries";
import { type IncidentsSearch, PAGE_SIZE } from "./search";

const route = getRouteApi("/governance/incidents");
const WIDTH = 620;

/** The register of security incidents, what is open first, and what is done with each. */
export default function IncidentsPart() {
  const search = route.useSearch();
  const change = useChange(route.useNavigate());
  const { data: me } = useSuspenseQuery(meQuery);
  const [entering, setEntering] = useState(false);
  const page = search.page ?? 1;
  const show = search.show ?? "open";
  const query = useQuery(incidentsQuery({ show, page, page_size: PAGE_SIZE }));
  return (
    <Section
      title="Security incidents"
      query={query}
      about={({ waiting, overdue, words_left_out }) =>
        [
          `${counted(waiting, "incident")} to be told or decided${overdue > 0 ? `: ${overdue} overdue` : ""}`,
          words_left_out,
        ]
          .filter(Boolean)
          .join(". ")
      }
      tools={
        <search className={`${classes.tools} no-print`} aria-label="Filters of the incidents">
          <SegmentedControl
            size="xs"
            aria-label="Which incidents"
            transitionDuration={0}
            value={show}
            data={[
              { value: "open", label: "Open" },
              { value: "closed", label: "Closed" },
              { value: "all", label: "All" },
            ]}
            onChange={(to) =>
              change({
                show: to === "open" ? undefined : (to as IncidentsSearch["show"]),
                page: undefined,
              })
            }
          />
          {query.data?.may_handle && (
            <Button size="xs" variant="default" onClick={() => setEntering(true)}>
              Open an incident …
            </Button>
          )}
        </search>
      }
    >
      {(data) => (
        <>
          {data.items.length === 0 ? (
            <NoRows>
              {show === "open"
                ? "No incident is open. Enter one as soon as it is noticed: 72 hours run from then."
                : "There is no such incident. Look at all of them."}
            </NoRows>
          ) : (
            <DataTable
              label="Security incidents"
              columns={columns(me.organisation.time_zone, (incident) => change({ incident }))}
              rows={data.items}
              rowKey={({ id }) => id}
              stale={query.isPlaceholderData}
              onOpen={({ id }) => change({ incident: id })}
            />
          )}
          <Pages
            page={page}
            size={PAGE_SIZE}
            total={data.total}
            onPage={(to) => change({ page: to })}
          />
          <DetailDrawer
            title={entering ? "New incident" : "Incident"}
            width={WIDTH}
            onClose={() => {
              setEntering(false);
              change({ incident: undefined });
            }}
          >
            {entering ? (
              <FactsForm
                onDone={({ id }) => {
                  setEntering(false);
                  change({ incident: id });
                }}
                onCancel={() => setEntering(false)}
              />
            ) : search.incident !== undefined ? (
              <IncidentDetail key={search.incident} id={search.incident} />
            ) : undefined}
          </DetailDrawer>
        </>
      )}
    </Section>
  );
}

function columns(timeZone: string, onOpen: (id: number) => void): DataColumn<Incident>[] {
  return [
    {
      name: "Incident",
      narrow: true,
      cell: (one) => (
        <RowName
          name={one.title ?? `Incident ${one.id}`}
          where={one.closed_at ? `${one.id}, closed` : String(one.id)}
          onOpen={() => onOpen(one.id)}
        />
      ),
    },
    { name: "72 hours", narrow: true, cell: (one) => <Clock of={one} /> },
    { name: "Detected", cell: (one) => dateTime(one.detected_at, timeZone) },
    { name: "People", cell: (one) => (one.people === null ? "not counted" : count(one.people)) },
  ];
}
