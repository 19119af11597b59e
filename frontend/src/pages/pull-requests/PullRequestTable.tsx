import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { pageQuery } from "../../api/queries";
import type { Filters, PageFilters } from "../../api/types";
import { CsvButton } from "../../ui/CsvButton";
import { SearchField } from "../../ui/SearchField";
import { NoRows } from "../../ui/TableSection";
import { TableSkeleton } from "../../ui/TableSkeleton";
import { Incomplete } from "../Incomplete";
import { PagedTable } from "../PagedTable";
import { type Search, SORTS } from "./search";
import type { ChangeSearch } from "./useSearchState";

const Rows = lazy(() => import("./Rows"));

const PAGE_SIZE = 25;

/** All pull requests of the range, or those open now: a page at a time, sorted and searched by the server. */
export function PullRequestTable({
  filters,
  search,
  timeZone,
  onChange,
}: {
  filters: Filters;
  search: Search;
  timeZone: string;
  onChange: ChangeSearch;
}) {
  const state = search.state ?? "merged";
  const sort = search.sort ?? (state === "open" ? "-opened_at" : "-merged_at");
  const asked: PageFilters = {
    ...filters,
    state,
    search: search.q ?? "",
    sort,
    page: search.page ?? 1,
    page_size: PAGE_SIZE,
  };
  const answer = useQuery(pageQuery(asked));

  return (
    <PagedTable
      title={state === "open" ? "Open now" : "Merged in this range"}
      one="pull request"
      badge={answer.data && <Incomplete of="The list" completeness={answer.data.completeness} />}
      tools={
        <>
          <SegmentedControl
            size="xs"
            aria-label="Which pull requests"
            transitionDuration={0}
            value={state}
            data={[
              { value: "merged", label: "Merged" },
              { value: "open", label: "Open" },
            ]}
            onChange={(value) =>
              onChange({
                state: value === "open" ? "open" : undefined,
                sort: undefined,
                page: undefined,
              })
            }
          />
          <SearchField
            label="Search in title, repository and author"
            placeholder="Title, repository, author"
            value={search.q ?? ""}
            onSearch={(q) => onChange({ q: q || undefined, page: undefined }, { replace: true })}
          />
          <CsvButton address="/api/v1/pull-requests.csv" asked={asked} />
        </>
      }
      answer={answer}
      asked={asked}
      nothing={
        <NoRows>
          {state === "open" ? "Nothing is open." : "Nothing was merged in this range."}
        </NoRows>
      }
      onPage={(to) => onChange({ page: to })}
    >
      {(rows, stale) => (
        <Suspense fallback={<TableSkeleton rows={8} />}>
          <Rows
            rows={rows}
            state={state}
            sort={sort}
            timeZone={timeZone}
            stale={stale}
            onSort={(chosen) =>
              onChange({ sort: SORTS.find((one) => one === chosen), page: undefined })
            }
            onOpen={(pr) => onChange({ pr })}
          />
        </Suspense>
      )}
    </PagedTable>
  );
}
