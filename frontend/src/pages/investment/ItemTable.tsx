import { Anchor, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { CsvButton } from "../../ui/CsvButton";
import { type DataColumn, DataTable } from "../../ui/DataTable";
import { dateTime } from "../../ui/dates";
import { NoRows } from "../../ui/TableSection";
import { Incomplete } from "../Incomplete";
import { PagedTable } from "../PagedTable";
import classes from "./ItemTable.module.css";
import { why } from "./names";
import { pageQuery } from "./queries";
import { type InvestmentSearch, KINDS } from "./search";
import type { Category, InvestmentFilters, InvestmentItem, InvestmentPageFilters } from "./types";
import type { ChangeInvestment } from "./useInvestmentSearch";

const PAGE_SIZE = 25;
const KIND_NAMES: Record<(typeof KINDS)[number], string> = {
  issue: "Issues",
  pull_request: "Pull requests",
};

/** What was finished in the range, each with its category and why. */
export function ItemTable({
  filters,
  categories,
  search,
  timeZone,
  onChange,
}: {
  filters: InvestmentFilters;
  categories: Category[];
  search: InvestmentSearch;
  timeZone: string;
  onChange: ChangeInvestment;
}) {
  const chosen = categories.find(({ code }) => code === search.category);
  const asked: InvestmentPageFilters = {
    ...filters,
    kind: search.kind ?? "",
    category: chosen?.code ?? "",
    page: search.page ?? 1,
    page_size: PAGE_SIZE,
  };
  const answer = useQuery(pageQuery(asked));
  return (
    <PagedTable
      title={chosen ? `Done and merged: ${chosen.name}` : "Done and merged"}
      one="issue or pull request"
      count={answer.data && `${answer.data.total} in the range`}
      badge={answer.data && <Incomplete of="The list" completeness={answer.data.completeness} />}
      tools={
        <>
          <Select
            size="xs"
            aria-label="Which category"
            placeholder="All categories"
            clearable
            value={chosen?.code ?? null}
            data={categories.map(({ code, name }) => ({ value: code, label: name }))}
            onChange={(category) => onChange({ category: category ?? undefined, page: undefined })}
            w={190}
          />
          <Select
            size="xs"
            aria-label="Issues or pull requests"
            placeholder="Issues and pull requests"
            clearable
            value={search.kind ?? null}
            data={KINDS.map((value) => ({ value, label: KIND_NAMES[value] }))}
            onChange={(kind) =>
              onChange({ kind: KINDS.find((one) => one === kind), page: undefined })
            }
            w={190}
          />
          <CsvButton address="/api/v1/investment/items.csv" asked={asked} />
        </>
      }
      answer={answer}
      asked={asked}
      nothing={<NoRows>Nothing of this kind was finished in the range.</NoRows>}
      onPage={(page) => onChange({ page })}
    >
      {(rows, stale) => (
        <DataTable
          label="Issues and pull requests"
          columns={columnsOf(timeZone, categories)}
          rows={rows}
          rowKey={(row) => `${row.kind} ${row.id}`}
          stale={stale}
        />
      )}
    </PagedTable>
  );
}

function columnsOf(timeZone: string, categories: Category[]): DataColumn<InvestmentItem>[] {
  return [
    {
      name: "Issue or pull request",
      narrow: true,
      cell: (row) => (
        <div className={classes.name}>
          <Anchor href={row.url} target="_blank" rel="noreferrer" inherit>
            {row.title || row.name}
          </Anchor>
          <span>{row.name}</span>
        </div>
      ),
    },
    {
      name: "Category",
      narrow: true,
      cell: (row) => categories.find(({ code }) => code === row.category)?.name ?? row.category,
    },
    { name: "Why", cell: why },
    { name: "By", cell: (row) => row.person ?? "nobody" },
    { name: "Finished", cell: (row) => dateTime(row.finished_at, timeZone) },
  ];
}
