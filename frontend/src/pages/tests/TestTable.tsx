import { SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Me } from "../../api/types";
import { CsvButton } from "../../ui/CsvButton";
import { type DataColumn, DataTable, RowName } from "../../ui/DataTable";
import { fullDay, shortDay } from "../../ui/dates";
import { Explain } from "../../ui/Explain";
import { count, counted } from "../../ui/numbers";
import { SearchField } from "../../ui/SearchField";
import { NoRows } from "../../ui/TableSection";
import type { Explainer } from "../filters/explanations";
import { PagedTable } from "../PagedTable";
import { NoResults } from "./NoResults";
import { LISTED, testsQuery } from "./queries";
import { Rate } from "./Rate";
import { LISTS, type ListName, TEST_SORTS, type TestsSearch } from "./search";
import classes from "./Table.module.css";
import { testTime } from "./testTime";
import type { RunFigures, RunQuery, Test, TestSort } from "./types";
import type { ChangeTests } from "./useTestsSearch";

const PAGE_SIZE = 15;
const SHOWN = [
  { value: "all", label: "Muted or not" },
  { value: "unmuted", label: "Not muted" },
  { value: "muted", label: "Muted" },
];

const ABOUT: Record<
  ListName,
  { title: string; tab: string; about: string; none: string; sort: TestSort }
> = {
  flaky: {
    title: "Flaky tests",
    tab: "Flaky",
    about: "Passed and failed on the same commit, in reruns or retries.",
    none: "No test passed and failed on the same commit in this range.",
    sort: "-flake_rate",
  },
  failing: {
    title: "Tests that fail most",
    tab: "Failing",
    about: "By how often they failed in this range, retries counted.",
    none: "No test failed in this range.",
    sort: "-failed",
  },
  slowest: {
    title: "Slowest tests",
    tab: "Slowest",
    about: "By their average time; those that took a second or more at least once in this range.",
    none: "No test took a second or more in this range, by what reports tell.",
    sort: "-mean",
  },
};

/** The tests that stand out: a page at a time, searched by the server. */
export function TestTable({
  figures,
  explain,
  me,
  query,
  search,
  onChange,
}: {
  figures: RunFigures;
  explain: Explainer;
  me: Me;
  query: RunQuery;
  search: TestsSearch;
  onChange: ChangeTests;
}) {
  const list = search.list ?? "flaky";
  const { team, from, to, bots, repository } = query;
  const about = ABOUT[list];
  const sort = search.list_sort ?? about.sort;
  const asked = {
    team,
    from,
    to,
    bots,
    repository,
    show: (list === "flaky" && search.mutes) || ("all" as const),
    search: search.q ?? "",
    sort,
    page: search.page ?? 1,
    page_size: PAGE_SIZE,
  };
  const answer = useQuery(testsQuery(list, asked));
  const explanation = explain("flaky_tests", `${counted(figures.tests ?? 0, "test")} reported`);
  return (
    <PagedTable
      title={about.title}
      one="test"
      count={
        <>
          {answer.data && `${counted(answer.data.total, "test")}${known(figures)}. `}
          {about.about} {list === "flaky" && explanation && <Explain of={explanation} />}
        </>
      }
      tools={
        <>
          <SegmentedControl
            size="xs"
            aria-label="Which tests"
            transitionDuration={0}
            value={list}
            data={LISTS.map((value) => ({ value, label: ABOUT[value].tab }))}
            onChange={(value) =>
              onChange({
                list: LISTS.find((known) => known === value && known !== "flaky"),
                list_sort: undefined,
                page: undefined,
              })
            }
          />
          {list === "flaky" && (
            <Select
              size="xs"
              w={130}
              aria-label="Muted or not"
              data={SHOWN}
              value={search.mutes ?? "all"}
              allowDeselect={false}
              onChange={(value) =>
                onChange({
                  mutes: value === "muted" || value === "unmuted" ? value : undefined,
                  page: undefined,
                })
              }
            />
          )}
          <SearchField
            label="Search in test, suite, file and repository"
            placeholder="Test, suite, file"
            value={search.q ?? ""}
            onSearch={(q) => onChange({ q: q || undefined, page: undefined }, { replace: true })}
          />
          <CsvButton address={`${LISTED[list]}.csv`} asked={asked} />
        </>
      }
      answer={answer}
      asked={asked}
      nothing={
        figures.tests_reason === null ? (
          <NoRows>{about.none}</NoRows>
        ) : (
          <NoResults reason={figures.tests_reason} me={me} />
        )
      }
      onPage={(to) => onChange({ page: to })}
      note={<p className={classes.note}>{answer.data?.note}</p>}
    >
      {(rows, stale) => (
        <DataTable
          label={`${about.title}, one by one`}
          columns={columnsOf(list, (test) => onChange({ test }))}
          rows={rows}
          rowKey={(row) => row.id}
          stale={stale}
          sort={sort}
          onSort={(chosen) =>
            onChange({
              list_sort: TEST_SORTS.find((known) => known === chosen && known !== about.sort),
              page: undefined,
            })
          }
          onOpen={(row) => onChange({ test: row.id })}
        />
      )}
    </PagedTable>
  );
}

function known({ tests }: RunFigures): string {
  return tests === null ? "" : ` of ${count(tests)}`;
}

const absent = <span className={classes.soft}>–</span>;

function columnsOf(list: ListName, onOpen: (id: number) => void): DataColumn<Test>[] {
  const name: DataColumn<Test> = {
    name: "Test",
    sort: "name",
    narrow: true,
    cell: (row) => (
      <RowName
        name={row.name}
        where={
          <>
            {row.repository}, {row.suite || "no suite"}
            {row.muted && (
              <span className={classes.muted}>
                Muted to the end of {fullDay(row.muted.until)}: {row.muted.reason}
              </span>
            )}
          </>
        }
        onOpen={() => onOpen(row.id)}
      />
    ),
  };
  const owner: DataColumn<Test> = {
    name: "Owner",
    cell: (row) =>
      row.owners.length === 0 ? (
        <span className={classes.soft}>nobody by CODEOWNERS</span>
      ) : (
        row.owners.join(", ")
      ),
  };
  if (list === "flaky") {
    return [
      name,
      {
        name: "Flake rate",
        sort: "flake_rate",
        numeric: true,
        narrow: true,
        cell: (row) => <Rate of={row.flake_rate} />,
      },
      {
        name: "Commits",
        sort: "flaky_commits",
        numeric: true,
        cell: (row) => `${count(row.flaky_commits)} of ${count(row.commits)}`,
      },
      { name: "Proved by", cell: (row) => <Proof of={row} /> },
      {
        name: "Last flaky",
        sort: "last_flaky",
        cell: (row) => (row.last_flaky_on === null ? absent : shortDay(row.last_flaky_on)),
      },
      owner,
    ];
  }
  if (list === "failing") {
    return [
      name,
      {
        name: "Failed",
        sort: "failed",
        numeric: true,
        narrow: true,
        cell: (row) => count(row.failed),
      },
      {
        name: "Failure rate",
        sort: "failure_rate",
        numeric: true,
        cell: (row) => <Rate of={row.failure_rate} />,
      },
      { name: "Passed", numeric: true, cell: (row) => count(row.passed) },
      { name: "Last seen", sort: "last_seen", cell: (row) => shortDay(row.last_seen_on) },
      owner,
    ];
  }
  return [
    name,
    {
      name: "Mean",
      sort: "mean",
      numeric: true,
      narrow: true,
      cell: (row) => testTime(row.mean_seconds),
    },
    {
      name: "Slowest",
      sort: "slowest",
      numeric: true,
      cell: (row) => testTime(row.slowest_seconds),
    },
    { name: "In all", sort: "seconds", numeric: true, cell: (row) => testTime(row.seconds) },
    {
      name: "Executions",
      numeric: true,
      cell: (row) => count(row.passed + row.failed),
    },
    { name: "Last seen", sort: "last_seen", cell: (row) => shortDay(row.last_seen_on) },
    owner,
  ];
}

function Proof({ of }: { of: Test }) {
  if (of.proof.length === 0) return absent;
  return (
    <span className={classes.proof}>
      {of.proof.map((commit) => (
        <a
          key={commit.sha}
          href={commit.url}
          target="_blank"
          rel="noreferrer"
          title={`Results of ${fullDay(commit.day)}`}
        >
          {commit.sha.slice(0, 7)}
        </a>
      ))}
    </span>
  );
}
