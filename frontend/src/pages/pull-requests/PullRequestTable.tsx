import { Button, Pagination, SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconDownload, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { pageQuery } from "../../api/queries";
import type { Filters, PageFilters } from "../../api/types";
import { Failure } from "../../ui/Message";
import { count, counted } from "../../ui/numbers";
import { TableSkeleton } from "../../ui/TableSkeleton";
import { failureOf } from "../failure";
import { Incomplete } from "../Incomplete";
import classes from "./PullRequestTable.module.css";
import type { Search } from "./search";
import type { ChangeSearch } from "./useSearchState";

const Rows = lazy(() => import("./Rows"));

const PAGE_SIZE = 25;
const TYPING_MS = 300;

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
  const page = search.page ?? 1;
  const asked: PageFilters = {
    ...filters,
    state,
    search: search.q ?? "",
    sort,
    page,
    page_size: PAGE_SIZE,
  };
  const { data, error, isPlaceholderData, refetch } = useQuery(pageQuery(asked));
  const pages = data ? Math.max(1, Math.ceil(data.total / PAGE_SIZE)) : 1;

  return (
    <section className={classes.section} aria-labelledby="pull-request-table">
      <header className={classes.head}>
        <div>
          <h2 id="pull-request-table" className={classes.title}>
            {state === "open" ? "Open now" : "Merged in this range"}
          </h2>
          <p className={classes.count} aria-live="polite">
            {data ? counted(data.total, "pull request") : "Counting …"}
          </p>
          {data && <Incomplete of="The list" completeness={data.completeness} />}
        </div>
        <div className={`${classes.tools} no-print`}>
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
            value={search.q ?? ""}
            onSearch={(q) => onChange({ q: q || undefined, page: undefined }, { replace: true })}
          />
          <Button
            component="a"
            href={csvAddress(asked)}
            variant="default"
            size="xs"
            leftSection={<IconDownload size={14} stroke={1.6} aria-hidden />}
          >
            CSV
          </Button>
        </div>
      </header>
      {error ? (
        <Failure {...failureOf(error)} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <TableSkeleton rows={8} />
      ) : data.total === 0 ? (
        <p className={classes.none}>
          {asked.search
            ? `No pull request matches “${asked.search}”.`
            : state === "open"
              ? "Nothing is open."
              : "Nothing was merged in this range."}
        </p>
      ) : (
        <Suspense fallback={<TableSkeleton rows={8} />}>
          <Rows
            rows={data.items}
            state={state}
            sort={sort}
            timeZone={timeZone}
            stale={isPlaceholderData}
            onSort={(chosen) => onChange({ sort: chosen, page: undefined })}
            onOpen={(pr) => onChange({ pr })}
          />
        </Suspense>
      )}
      {pages > 1 && (
        <footer className={`${classes.foot} no-print`}>
          <p className={classes.count}>
            {count((page - 1) * PAGE_SIZE + 1)} –{" "}
            {count(Math.min(page * PAGE_SIZE, data?.total ?? 0))} of {count(data?.total ?? 0)}
          </p>
          <Pagination
            size="sm"
            total={pages}
            value={page}
            siblings={1}
            onChange={(to) => onChange({ page: to === 1 ? undefined : to })}
            getControlProps={(control) => ({
              "aria-label": {
                first: "First page",
                previous: "Page before",
                next: "Next page",
                last: "Last page",
              }[control],
            })}
            getItemProps={(to) => ({ "aria-label": `Page ${to}` })}
          />
        </footer>
      )}
    </section>
  );
}

function SearchField({ value, onSearch }: { value: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState(value);
  const search = useDebouncedCallback(onSearch, TYPING_MS);
  return (
    <TextInput
      size="xs"
      type="search"
      aria-label="Search in title, repository and author"
      placeholder="Title, repository, author"
      leftSection={<IconSearch size={14} stroke={1.6} aria-hidden />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value.trim());
      }}
    />
  );
}

function csvAddress({ page: _, page_size: __, bots, ...asked }: PageFilters): string {
  return `/api/v1/pull-requests.csv?${new URLSearchParams({ ...asked, bots: String(bots) })}`;
}
