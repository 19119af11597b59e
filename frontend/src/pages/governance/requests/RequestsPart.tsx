import { Button, SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { type DataColumn, DataTable, RowName } from "../../../ui/DataTable";
import { DetailDrawer } from "../../../ui/DetailDrawer";
import { fullDay } from "../../../ui/dates";
import { counted } from "../../../ui/numbers";
import { Pages } from "../../../ui/Pages";
import { NoRows } from "../../../ui/TableSection";
import { useChange } from "../../filters/useChange";
import { Section } from "../../Section";
import { KINDS, type Kind } from "../../your-data/names";
import { Clock } from "./Clock";
import { LetterForm } from "./LetterForm";
import { requestsQuery, type SubjectRequest, type Timings } from "./queries";
import { RequestDetail } from "./RequestDetail";
import classes from "./requests.module.css";
import { PAGE_SIZE, type RequestsSearch } from "./search";

const route = getRouteApi("/governance/requests");
const WIDTH = 560;
const KIND_CHOICES = (Object.keys(KINDS) as Kind[]).map((value) => ({
  value,
  label: KINDS[value],
}));

/** Requests of people, the most urgent first, and what is done with each. */
export default function RequestsPart() {
  const search = route.useSearch();
  const change = useChange(route.useNavigate());
  const [entering, setEntering] = useState(false);
  const page = search.page ?? 1;
  const show = search.show ?? "open";
  const query = useQuery(
    requestsQuery({ show, kind: search.kind ?? null, page, page_size: PAGE_SIZE }),
  );
  return (
    <Section
      title="Requests of people"
      query={query}
      about={({ timings, why_not_entered }) =>
        [timingsText(timings), why_not_entered].filter(Boolean).join(". ")
      }
      tools={
        <search className={`${classes.tools} no-print`} aria-label="Filters of the requests">
          <SegmentedControl
            size="xs"
            aria-label="Which requests"
            transitionDuration={0}
            value={show}
            data={[
              { value: "open", label: "Open" },
              { value: "closed", label: "Closed" },
              { value: "all", label: "All" },
            ]}
            onChange={(to) =>
              change({
                show: to === "open" ? undefined : (to as RequestsSearch["show"]),
                page: undefined,
              })
            }
          />
          <Select
            size="xs"
            w={150}
            aria-label="Kind"
            placeholder="All kinds"
            clearable
            clearButtonProps={{ "aria-label": "All kinds" }}
            data={KIND_CHOICES}
            value={search.kind ?? null}
            onChange={(to) => change({ kind: (to as Kind | null) ?? undefined, page: undefined })}
          />
          {query.data?.may_handle && !query.data.why_not_entered && (
            <Button size="xs" variant="default" onClick={() => setEntering(true)}>
              Enter a letter …
            </Button>
          )}
        </search>
      }
    >
      {(data) => (
        <>
          {data.items.length === 0 ? (
            <NoRows>
              {show !== "open"
                ? "There is no such request. Look at all of them, of all kinds."
                : "Nobody waits for an answer. People ask under Your data, in the menu of their account."}
            </NoRows>
          ) : (
            <DataTable
              label="Requests of people"
              columns={columns((request) => change({ request }))}
              rows={data.items}
              rowKey={({ id }) => id}
              stale={query.isPlaceholderData}
              onOpen={({ id }) => change({ request: id })}
            />
          )}
          <Pages
            page={page}
            size={PAGE_SIZE}
            total={data.total}
            onPage={(to) => change({ page: to })}
          />
          <DetailDrawer
            title={entering ? "Request by letter" : "Request"}
            width={WIDTH}
            onClose={() => {
              setEntering(false);
              change({ request: undefined });
            }}
          >
            {entering ? (
              <LetterForm
                onDone={({ id }) => {
                  setEntering(false);
                  change({ request: id });
                }}
                onCancel={() => setEntering(false)}
              />
            ) : search.request !== undefined ? (
              <RequestDetail key={search.request} id={search.request} />
            ) : undefined}
          </DetailDrawer>
        </>
      )}
    </Section>
  );
}

/** "3 open: 1 overdue, 1 due within 2 days" */
function timingsText({ in_time, due_in_7_days, due_in_2_days, overdue }: Timings): string {
  const all = in_time + due_in_7_days + due_in_2_days + overdue;
  const parts = [
    overdue > 0 && `${overdue} overdue`,
    due_in_2_days > 0 && `${due_in_2_days} due within 2 days`,
    due_in_7_days > 0 && `${due_in_7_days} due within 7 days`,
  ].filter(Boolean);
  const told = `${counted(all, "request")} to be answered`;
  return parts.length === 0 ? told : `${told}: ${parts.join(", ")}`;
}

function columns(onOpen: (id: number) => void): DataColumn<SubjectRequest>[] {
  return [
    {
      name: "Who asks for what",
      narrow: true,
      cell: (one) => (
        <RowName
          name={one.who}
          where={[
            KINDS[one.kind],
            one.by_letter && "by letter",
            one.state === "extended" && "extended",
          ]
            .filter(Boolean)
            .join(", ")}
          onOpen={() => onOpen(one.id)}
        />
      ),
    },
    { name: "Time left", narrow: true, cell: (one) => <Clock of={one} /> },
    { name: "Received", cell: (one) => fullDay(one.asked_on) },
    { name: "Due", cell: (one) => fullDay(one.due_on) },
    { name: "Handled by", cell: (one) => one.handled_by ?? "nobody yet" },
  ];
}
