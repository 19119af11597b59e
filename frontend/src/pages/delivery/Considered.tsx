import { SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type DataColumn, DataTable } from "../../ui/DataTable";
import { dateTime } from "../../ui/dates";
import { Failure } from "../../ui/Message";
import { counted } from "../../ui/numbers";
import { Pages } from "../../ui/Pages";
import { SearchField } from "../../ui/SearchField";
import { NoRows } from "../../ui/TableSection";
import { TableSkeleton } from "../../ui/TableSkeleton";
import { failureOf } from "../failure";
import type { Scope } from "../filters/search";
import classes from "./Considered.module.css";
import { ENVIRONMENTS, SOURCES } from "./names";
import { candidatesQuery } from "./queries";
import { CONSIDERED, type DeliverySearch, SOURCE_NAMES } from "./search";
import type { CandidateFilters, CandidateRow } from "./types";
import type { ChangeDelivery } from "./useDeliverySearch";

const PAGE_SIZE = 20;

/** All that may be a deployment, from the range's first day on, and why each is one or none. */
export default function Considered({
  shown,
  scope,
  search,
  timeZone,
  onChange,
}: {
  shown: NonNullable<DeliverySearch["considered"]>;
  scope: Scope;
  search: DeliverySearch;
  timeZone: string;
  onChange: ChangeDelivery;
}) {
  const asked: CandidateFilters = {
    team: scope.team,
    repository: search.repository ?? "",
    environment: "",
    since: scope.from,
    counts: shown,
    source: search.told_by ?? "",
    search: search.named ?? "",
    page: search.considered_page ?? 1,
    page_size: PAGE_SIZE,
  };
  const { data, error, isPlaceholderData, refetch } = useQuery(candidatesQuery(asked));
  return (
    <>
      <div className={classes.head}>
        <p className={classes.count} aria-live="polite">
          {data ? counted(data.total, "thing") : "Counting …"}
        </p>
        <Tools shown={shown} search={search} onChange={onChange} />
      </div>
      {error ? (
        <Failure {...failureOf(error)} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <TableSkeleton rows={6} />
      ) : data.total === 0 ? (
        <NoRows>Nothing of this kind since the range's first day.</NoRows>
      ) : (
        <DataTable
          label="What may be a deployment"
          columns={columnsOf(timeZone)}
          rows={data.items}
          rowKey={(row) => `${row.repository} ${row.source} ${row.key}`}
          stale={isPlaceholderData}
        />
      )}
      <Pages
        page={asked.page ?? 1}
        size={PAGE_SIZE}
        total={data?.total ?? 0}
        onPage={(page) => onChange({ considered_page: page })}
      />
    </>
  );
}

function Tools({
  shown,
  search,
  onChange,
}: {
  shown: string;
  search: DeliverySearch;
  onChange: ChangeDelivery;
}) {
  return (
    <div className={`${classes.tools} no-print`}>
      <SegmentedControl
        size="xs"
        aria-label="Which things"
        transitionDuration={0}
        value={shown}
        data={[
          { value: "all", label: "All" },
          { value: "yes", label: "Deployments" },
          { value: "no", label: "None" },
        ]}
        onChange={(value) =>
          onChange({
            considered: CONSIDERED.find((one) => one === value),
            considered_page: undefined,
          })
        }
      />
      <Select
        size="xs"
        aria-label="Told by"
        value={search.told_by ?? ""}
        data={[
          { value: "", label: "All sources" },
          ...SOURCE_NAMES.map((value) => ({ value, label: SOURCES[value] })),
        ]}
        allowDeselect={false}
        onChange={(value) =>
          onChange({
            told_by: SOURCE_NAMES.find((one) => one === value),
            considered_page: undefined,
          })
        }
        w={170}
      />
      <SearchField
        label="Search by what the source calls it"
        placeholder="Environment, workflow, tag"
        value={search.named ?? ""}
        onSearch={(named) =>
          onChange({ named: named || undefined, considered_page: undefined }, { replace: true })
        }
      />
    </div>
  );
}

function columnsOf(timeZone: string): DataColumn<CandidateRow>[] {
  return [
    {
      name: "What",
      narrow: true,
      cell: (row) => (
        <div className={classes.what}>
          <a href={row.url} target="_blank" rel="noreferrer">
            {row.name || "without a name"}
          </a>
          <span>
            {SOURCES[row.source]} {row.key} of {row.repository}
          </span>
        </div>
      ),
    },
    {
      name: "When",
      cell: (row) => {
        const at = row.finished_at ?? row.started_at;
        return at === null ? "–" : dateTime(at, timeZone);
      },
    },
    {
      name: "Counts as, and why",
      narrow: true,
      cell: (row) => (
        <div className={classes.why}>
          {row.counts_as.length === 0
            ? row.is_unmapped
              ? "Unmapped"
              : "No deployment"
            : row.counts_as.map(({ service, environment }) => (
                <span key={`${service} ${environment}`} className={classes.line}>
                  {ENVIRONMENTS[environment]}, {service}
                </span>
              ))}
          <span className={classes.reason}>{row.reason}</span>
        </div>
      ),
    },
  ];
}
