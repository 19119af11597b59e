import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { CsvButton } from "../../ui/CsvButton";
import { type DataColumn, DataTable, RowName } from "../../ui/DataTable";
import { dateTime } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { SearchField } from "../../ui/SearchField";
import { NoRows } from "../../ui/TableSection";
import { Incomplete } from "../Incomplete";
import { PagedTable } from "../PagedTable";
import { pageQuery } from "./queries";
import { type IssuesSearch, SORTS, STATES } from "./search";
import type { IssueFilters, IssuePageFilters, IssueRow } from "./types";
import type { ChangeIssues } from "./useIssuesSearch";

const PAGE_SIZE = 25;
const STATE_CHOICES: Record<(typeof STATES)[number], string> = {
  done: "Done in the range",
  direct_to_done: "Direct to done",
  in_progress: "In progress now",
  open: "Open now",
};

/** Issues of the range, or those that are open: a page at a time, sorted and searched by the server. */
export function IssueTable({
  filters,
  search,
  timeZone,
  onChange,
}: {
  filters: IssueFilters;
  search: IssuesSearch;
  timeZone: string;
  onChange: ChangeIssues;
}) {
  const state = search.state ?? "done";
  const isOpen = state === "open" || state === "in_progress";
  const asked: IssuePageFilters = {
    ...filters,
    state,
    search: search.q ?? "",
    sort: search.sort ?? (isOpen ? "started_at" : "-done_at"),
    page: search.page ?? 1,
    page_size: PAGE_SIZE,
  };
  const answer = useQuery(pageQuery(asked));
  const open = (issue: number) => onChange({ issue });
  return (
    <PagedTable
      title={STATE_CHOICES[state]}
      one="issue"
      badge={answer.data && <Incomplete of="The list" completeness={answer.data.completeness} />}
      tools={<Tools asked={asked} search={search} onChange={onChange} />}
      answer={answer}
      asked={asked}
      nothing={<NoRows>No issue of this kind.</NoRows>}
      onPage={(page) => onChange({ page })}
    >
      {(rows, stale) => (
        <DataTable
          label="Issues"
          columns={columnsOf(timeZone, isOpen, open)}
          rows={rows}
          rowKey={(row) => row.id}
          stale={stale}
          sort={asked.sort}
          onSort={(chosen) =>
            onChange({ sort: SORTS.find((sort) => sort === chosen), page: undefined })
          }
          onOpen={(row) => open(row.id)}
        />
      )}
    </PagedTable>
  );
}

function Tools({
  asked,
  search,
  onChange,
}: {
  asked: IssuePageFilters;
  search: IssuesSearch;
  onChange: ChangeIssues;
}) {
  return (
    <>
      <Select
        size="xs"
        aria-label="Which issues"
        value={search.state ?? "done"}
        data={STATES.map((value) => ({ value, label: STATE_CHOICES[value] }))}
        allowDeselect={false}
        onChange={(chosen) =>
          onChange({
            state: STATES.find((one) => one === chosen && one !== "done"),
            sort: undefined,
            page: undefined,
          })
        }
        w={160}
      />
      <SearchField
        label="Search by key, summary or assignee"
        placeholder="Key, summary, assignee"
        value={search.q ?? ""}
        onSearch={(q) => onChange({ q: q || undefined, page: undefined }, { replace: true })}
      />
      <CsvButton address="/api/v1/issues.csv" asked={asked} />
    </>
  );
}

function columnsOf(
  timeZone: string,
  isOpen: boolean,
  onOpen: (id: number) => void,
): DataColumn<IssueRow>[] {
  const at = (moment: string | null) => (moment === null ? "–" : dateTime(moment, timeZone));
  const span = (seconds: number | null) => (seconds === null ? "–" : duration(seconds));
  const times: DataColumn<IssueRow>[] = isOpen
    ? [
        { name: "Begun", sort: "started_at", cell: (row) => at(row.started_at) },
        { name: "Age", numeric: true, narrow: true, cell: (row) => span(row.age_seconds) },
        { name: "In it since", sort: "state_since", cell: (row) => at(row.state_since) },
      ]
    : [
        { name: "Done", sort: "done_at", cell: (row) => at(row.done_at) },
        {
          name: "Cycle time",
          numeric: true,
          narrow: true,
          sort: "cycle_time",
          cell: (row) => (row.direct_to_done ? "never begun" : span(row.active_seconds)),
        },
        {
          name: "First start to done",
          numeric: true,
          sort: "elapsed",
          cell: (row) => span(row.elapsed_seconds),
        },
      ];
  return [
    {
      name: "Issue",
      narrow: true,
      sort: "key",
      cell: (row) => (
        <RowName
          name={row.summary || row.key}
          where={`${row.key}, ${row.issue_type}`}
          onOpen={() => onOpen(row.id)}
        />
      ),
    },
    { name: "Status", cell: (row) => row.status },
    { name: "Assignee", sort: "assignee", cell: (row) => row.assignee ?? "nobody" },
    ...times,
  ];
}
