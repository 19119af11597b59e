import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { CsvButton } from "../../ui/CsvButton";
import { type DataColumn, DataTable, RowName } from "../../ui/DataTable";
import { dateTime, dayOf, fullDay } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { Explain } from "../../ui/Explain";
import { count, counted } from "../../ui/numbers";
import { NoRows } from "../../ui/TableSection";
import type { Explainer } from "../filters/explanations";
import { Incomplete } from "../Incomplete";
import { PagedTable } from "../PagedTable";
import { placeOf } from "./Panels";
import { GROUPED, groupsQuery } from "./queries";
import { Rate } from "./Rate";
import { GROUP_SORTS, GROUPS, type GroupName, type TestsSearch } from "./search";
import classes from "./Table.module.css";
import type { RunFigures, RunGroup, RunQuery } from "./types";
import type { ChangeTests } from "./useTestsSearch";

const PAGE_SIZE = 10;
const DEFAULT_SORT = "-runs";

const NAMES: Record<GroupName, { title: string; one: string; many: string }> = {
  workflow: { title: "Workflow", one: "workflow", many: "workflows" },
  job: { title: "Job", one: "job", many: "jobs" },
  branch: { title: "Branch", one: "branch", many: "branches" },
  team: { title: "Team", one: "team", many: "teams" },
};

/** The runs by what they have in common: a page at a time, sorted by the server. */
export function GroupTable({
  figures,
  explain,
  query,
  search,
  timeZone,
  onChange,
}: {
  figures: RunFigures;
  explain: Explainer;
  query: RunQuery;
  search: TestsSearch;
  timeZone: string;
  onChange: ChangeTests;
}) {
  const by = search.by ?? "workflow";
  const sort = search.by_sort ?? DEFAULT_SORT;
  const asked = { ...query, sort, page: search.by_page ?? 1, page_size: PAGE_SIZE, search: "" };
  const answer = useQuery(groupsQuery(by, asked));
  const names = NAMES[by];
  const explanation = explain("test_runs", counted(figures.runs?.total ?? 0, "run"));
  return (
    <PagedTable
      title={`Runs by ${names.one}`}
      one={names.one}
      count={
        <>
          {answer.data ? counted(answer.data.total, names.one, names.many) : "Counting …"}
          {by === "team" && ". A run counts in each team of its pull request."}{" "}
          {explanation && <Explain of={explanation} />}
        </>
      }
      badge={<Incomplete of="The table of runs" completeness={figures.completeness} />}
      tools={
        <>
          <SegmentedControl
            size="xs"
            aria-label="Runs by"
            transitionDuration={0}
            value={by}
            data={GROUPS.map((value) => ({ value, label: NAMES[value].title }))}
            onChange={(value) =>
              onChange({
                by: GROUPS.find((group) => group === value && group !== "workflow"),
                by_sort: undefined,
                by_page: undefined,
              })
            }
          />
          <CsvButton address={`${GROUPED[by]}.csv`} asked={asked} />
        </>
      }
      answer={answer}
      asked={asked}
      nothing={<NoRows>Nothing ran in this range.</NoRows>}
      onPage={(to) => onChange({ by_page: to })}
    >
      {(rows, stale) => (
        <DataTable
          label={`Runs, one ${names.one} a row`}
          columns={columnsOf(by, timeZone, onChange)}
          rows={rows}
          rowKey={(row) => `${row.repository} ${row.source} ${row.key} ${row.name}`}
          stale={stale}
          sort={sort}
          onSort={(chosen) =>
            onChange({
              by_sort: GROUP_SORTS.find((known) => known === chosen && known !== DEFAULT_SORT),
              by_page: undefined,
            })
          }
        />
      )}
    </PagedTable>
  );
}

const absent = <span className={classes.soft}>–</span>;

function seconds(value: number | null): ReactNode {
  return value === null ? absent : duration(value);
}

function columnsOf(by: GroupName, timeZone: string, onChange: ChangeTests): DataColumn<RunGroup>[] {
  return [
    {
      name: NAMES[by].title,
      narrow: true,
      sort: "name",
      cell: (row) => <Name of={row} by={by} onChange={onChange} />,
    },
    {
      name: "Runs",
      numeric: true,
      sort: "runs",
      cell: (row) =>
        row.suppressed ? (
          <span className={classes.soft}>hidden: too few people</span>
        ) : row.runs === null ? (
          absent
        ) : (
          count(row.runs)
        ),
    },
    {
      name: "Failure rate",
      numeric: true,
      narrow: true,
      sort: "failure_rate",
      cell: (row) => <Rate of={row.failure_rate} />,
    },
    {
      name: "Queue p50",
      numeric: true,
      sort: "queue",
      cell: (row) => seconds(row.queue_median),
    },
    {
      name: "Duration p50",
      numeric: true,
      narrow: true,
      sort: "duration",
      cell: (row) => seconds(row.duration_median),
    },
    { name: "p95", numeric: true, sort: "p95", cell: (row) => seconds(row.duration_p95) },
    ...(by === "job"
      ? []
      : [
          {
            name: "Wasted",
            numeric: true,
            sort: "wasted",
            cell: (row: RunGroup) => seconds(row.wasted_seconds),
          },
        ]),
    {
      name: "Last",
      sort: "last",
      cell: ({ last_finished_at: at }) =>
        at === null ? (
          absent
        ) : (
          <time dateTime={at} title={dateTime(at, timeZone)}>
            {fullDay(dayOf(at, timeZone))}
          </time>
        ),
    },
  ];
}

/** A workflow and a team narrow the page to themselves. */
function Name({ of, by, onChange }: { of: RunGroup; by: GroupName; onChange: ChangeTests }) {
  const { repository, source, key, name } = of;
  const begin = { page: undefined, by_page: undefined };
  const narrow =
    by === "workflow" && repository !== null && source !== null
      ? () =>
          onChange({ repository, source, workflow: name, by: "job", by_sort: undefined, ...begin })
      : by === "team" && key !== null
        ? () => onChange({ team: key, ...begin })
        : null;
  const where = by === "workflow" && repository !== null && source !== null;
  const place = where ? placeOf({ repository, source }) : repository;
  if (narrow === null) {
    return (
      <div className={classes.group}>
        <span>{name}</span>
        {place !== null && <span className={classes.place}>{place}</span>}
      </div>
    );
  }
  return <RowName name={name} where={place} onOpen={narrow} />;
}
