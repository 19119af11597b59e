import { Button, SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { fullDay } from "../../../ui/dates";
import { counted } from "../../../ui/numbers";
import { Pages } from "../../../ui/Pages";
import { ScrollRegion } from "../../../ui/ScrollRegion";
import section from "../../data-quality/Section.module.css";
import table from "../../people/people.module.css";
import { Section } from "../../people/Section";
import { KINDS, type Kind } from "../../your-data/names";
import { Clock } from "./Clock";
import { LetterForm } from "./LetterForm";
import { requestsQuery, type SubjectRequest, type Timings } from "./queries";
import { RequestDrawer } from "./RequestDrawer";
import classes from "./requests.module.css";
import { PAGE_SIZE, type RequestsSearch } from "./search";

const route = getRouteApi("/governance/requests");
const KIND_CHOICES = (Object.keys(KINDS) as Kind[]).map((value) => ({
  value,
  label: KINDS[value],
}));

/** Requests of people, the most urgent first, and what is done with each. */
export default function RequestsPart() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (part: Partial<RequestsSearch>) =>
    void navigate({
      search: (before) => ({ ...before, ...part }),
      replace: true,
      resetScroll: false,
    });
  const [entering, setEntering] = useState(false);
  const enter = useRef<HTMLButtonElement>(null);
  const page = search.page ?? 1;
  const show = search.show ?? "open";
  const query = useQuery(
    requestsQuery({ show, kind: search.kind ?? null, page, page_size: PAGE_SIZE }),
  );
  return (
    <Section
      title="Requests of people"
      query={query}
      about={({ timings }) => timingsText(timings)}
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
          {query.data?.may_handle && (
            <Button ref={enter} size="xs" variant="default" onClick={() => setEntering(true)}>
              Enter a letter …
            </Button>
          )}
        </search>
      }
    >
      {(data) => (
        <>
          {entering && (
            <div className={classes.form}>
              <LetterForm
                onDone={({ id }) => {
                  setEntering(false);
                  change({ request: id });
                }}
                onCancel={() => {
                  setEntering(false);
                  enter.current?.focus();
                }}
              />
            </div>
          )}
          {data.items.length === 0 ? (
            <p className={section.none}>
              {show === "open"
                ? "Nobody waits for an answer. People ask under Your data in the menu of their account."
                : "There is no such request."}
            </p>
          ) : (
            <Requests of={data.items} onOpen={(request) => change({ request })} />
          )}
          <Pages
            page={page}
            size={PAGE_SIZE}
            total={data.total}
            onPage={(to) => change({ page: to })}
          />
          <RequestDrawer id={search.request} onClose={() => change({ request: undefined })} />
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

function Requests({ of, onOpen }: { of: SubjectRequest[]; onOpen: (id: number) => void }) {
  return (
    <ScrollRegion className={table.scroll} label="Requests and their clock">
      <table className={table.table}>
        <caption>Requests and their clock</caption>
        <thead>
          <tr>
            <th scope="col">Who asks</th>
            <th scope="col">What for</th>
            <th scope="col">Clock</th>
            <th scope="col" data-wide>
              Received
            </th>
            <th scope="col" data-wide>
              Due
            </th>
            <th scope="col" data-wide>
              Handled by
            </th>
          </tr>
        </thead>
        <tbody className={classes.rows}>
          {of.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                <button type="button" className={classes.open} onClick={() => onOpen(one.id)}>
                  {one.who}
                </button>
                {one.by_letter && <div className={table.where}>by letter</div>}
              </th>
              <td>
                {KINDS[one.kind]}
                {one.state === "extended" && <div className={table.where}>extended</div>}
              </td>
              <td>
                <Clock of={one} />
              </td>
              <td data-wide>{fullDay(one.asked_on)}</td>
              <td data-wide>{fullDay(one.due_on)}</td>
              <td data-wide>{one.handled_by ?? "nobody yet"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
