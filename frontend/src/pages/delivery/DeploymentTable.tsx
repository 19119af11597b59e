import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { CsvButton } from "../../ui/CsvButton";
import { type DataColumn, DataTable, RowName } from "../../ui/DataTable";
import { dateTime, dayOf, fullDay } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { count } from "../../ui/numbers";
import { SearchField } from "../../ui/SearchField";
import { NoRows } from "../../ui/TableSection";
import { Incomplete } from "../Incomplete";
import { PagedTable } from "../PagedTable";
import classes from "./DeploymentTable.module.css";
import { deploymentName, SOURCES, serviceName } from "./names";
import { OutcomeMark } from "./OutcomeMark";
import { pageQuery } from "./queries";
import { type DeliverySearch, OUTCOMES, SORTS } from "./search";
import type { DeploymentFilters, DeploymentPageFilters, DeploymentRow } from "./types";
import type { ChangeDelivery } from "./useDeliverySearch";

const PAGE_SIZE = 25;
const OUTCOME_NAMES = {
  succeeded: "Succeeded",
  failed_in_use: "Failed in use",
  failed: "Did not come up",
  in_progress: "Under way",
} as const;

/** All deployments of the range: a page at a time, sorted and searched by the server. */
export function DeploymentTable({
  filters,
  search,
  timeZone,
  onChange,
}: {
  filters: DeploymentFilters;
  search: DeliverySearch;
  timeZone: string;
  onChange: ChangeDelivery;
}) {
  const asked: DeploymentPageFilters = {
    ...filters,
    outcome: search.outcome ?? "all",
    search: search.q ?? "",
    sort: search.sort ?? "-finished_at",
    page: search.page ?? 1,
    page_size: PAGE_SIZE,
  };
  const answer = useQuery(pageQuery(asked));
  const open = (deployment: number) => onChange({ deployment });
  return (
    <PagedTable
      title="Deployments in this range"
      one="deployment"
      badge={answer.data && <Incomplete of="The list" completeness={answer.data.completeness} />}
      tools={<Tools asked={asked} search={search} onChange={onChange} />}
      answer={answer}
      asked={asked}
      nothing={<NoRows>Nothing of this kind in this range.</NoRows>}
      onPage={(page) => onChange({ page })}
    >
      {(rows, stale) => (
        <DataTable
          label="Deployments"
          columns={columnsOf(timeZone, open)}
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
  asked: DeploymentPageFilters;
  search: DeliverySearch;
  onChange: ChangeDelivery;
}) {
  return (
    <>
      <Select
        size="xs"
        aria-label="What became of them"
        value={search.outcome ?? ""}
        data={[
          { value: "", label: "All outcomes" },
          ...OUTCOMES.map((value) => ({ value, label: OUTCOME_NAMES[value] })),
        ]}
        allowDeselect={false}
        onChange={(chosen) =>
          onChange({ outcome: OUTCOMES.find((one) => one === chosen), page: undefined })
        }
        w={150}
      />
      <SearchField
        label="Search by service, repository or commit"
        placeholder="Service, repository, commit"
        value={search.q ?? ""}
        onSearch={(q) => onChange({ q: q || undefined, page: undefined }, { replace: true })}
      />
      <CsvButton address="/api/v1/deployments.csv" asked={asked} />
    </>
  );
}

function columnsOf(timeZone: string, onOpen: (id: number) => void): DataColumn<DeploymentRow>[] {
  const span = (seconds: number | null) => (seconds === null ? "–" : duration(seconds));
  const number = (value: number | null) => (value === null ? "–" : count(value));
  return [
    {
      name: "Deployment",
      narrow: true,
      sort: "service",
      cell: (row) => (
        <RowName
          name={serviceName(row)}
          where={<Where of={row} timeZone={timeZone} />}
          onOpen={() => onOpen(row.id)}
        />
      ),
    },
    {
      name: "Finished",
      sort: "finished_at",
      cell: (row) => (row.finished_at === null ? "–" : dateTime(row.finished_at, timeZone)),
    },
    {
      name: "What became of it",
      narrow: true,
      sort: "outcome",
      cell: (row) => <OutcomeMark of={row} />,
    },
    {
      name: "Changes",
      numeric: true,
      sort: "changes",
      cell: (row) => <span title={row.contents_reason ?? undefined}>{number(row.changes)}</span>,
    },
    {
      name: "Lead time, median",
      numeric: true,
      sort: "lead_time",
      cell: (row) => span(row.lead_time_median),
    },
    {
      name: "Restored after",
      numeric: true,
      sort: "restore",
      cell: (row) =>
        row.restore_seconds !== null
          ? duration(row.restore_seconds)
          : row.failed_in_use
            ? "not yet"
            : "–",
    },
  ];
}

/** Which one it is, and who tells of it; where there is little room, its day instead. */
function Where({ of, timeZone }: { of: DeploymentRow; timeZone: string }) {
  const day = of.finished_at === null ? "under way" : fullDay(dayOf(of.finished_at, timeZone));
  return (
    <>
      {deploymentName(of)}
      <span className={classes.source}>, {SOURCES[of.source]}</span>
      <span className={classes.day}>, {day}</span>
    </>
  );
}
