import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { definitionsQuery, meQuery } from "../../api/queries";
import { Failure } from "../../ui/Message";
import { count, counted } from "../../ui/numbers";
import frame from "../../ui/Page.module.css";
import { PageSkeleton } from "../../ui/PageSkeleton";
import { CollectionNotice, NothingCollected } from "../CollectionState";
import { failureOf } from "../failure";
import { AlsoInRange } from "../filters/AlsoInRange";
import { type Explainer, explainer } from "../filters/explanations";
import { FilteredPage, type PageScope } from "../filters/FilteredPage";
import { HiddenFigures } from "../filters/HiddenFigures";
import { NotKept } from "../filters/NotKept";
import { rangeOf, teamOf } from "../filters/search";
import { EmptyRange } from "./EmptyRange";
import { FigureStrip } from "./FigureStrip";
import { GroupTable } from "./GroupTable";
import { DurationPanel, HeatPanel, type Shared, WastedPanel } from "./Panels";
import { choicesQuery, runFiguresQuery } from "./queries";
import { RunFilters } from "./RunFilters";
import { narrowing, type TestsSearch } from "./search";
import { TestDrawer } from "./TestDrawer";
import { TestTable } from "./TestTable";
import type { RunFigures, RunQuery } from "./types";
import { type ChangeTests, useTestsSearch } from "./useTestsSearch";

export default function TestsPage() {
  const [search, change] = useTestsSearch();
  const close = useCallback(() => change({ test: undefined }), [change]);
  return (
    <FilteredPage
      title="Tests"
      search={search}
      onChange={(part, options) => change({ ...part, by_page: undefined }, options)}
      filters={<Narrowing search={search} onChange={change} />}
    >
      {(of) => (
        <>
          <Content of={of} search={search} onChange={change} />
          <TestDrawer id={search.test} range={of.scope} timeZone={of.timeZone} onClose={close} />
        </>
      )}
    </FilteredPage>
  );
}

/** The page's own filters, and what may be chosen. */
function Narrowing({ search, onChange }: { search: TestsSearch; onChange: ChangeTests }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const query = {
    team: teamOf(search, me) ?? "",
    ...rangeOf(search, me.today),
    bots: search.bots ?? false,
  };
  const { data } = useQuery(choicesQuery(query));
  return <RunFilters choices={data?.items ?? []} search={search} onChange={onChange} />;
}

function Content({
  of: { me, status, scope },
  search,
  onChange,
}: {
  of: PageScope;
  search: TestsSearch;
  onChange: ChangeTests;
}) {
  const query = { ...scope, ...narrowing(search) };
  const { data: definitions } = useQuery(definitionsQuery);
  const { data: figures, error, isPlaceholderData, refetch } = useQuery(runFiguresQuery(query));
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (figures === undefined || status === undefined) return <PageSkeleton />;
  if (status.stored === 0 && status.state !== "ready") {
    return <NothingCollected status={status} me={me} />;
  }
  const timeZone = figures.range.time_zone;
  const explain = explainer(definitions, { excluded: [], ...figures });
  return (
    <div className={frame.content} aria-busy={isPlaceholderData}>
      {status.state !== "ready" && <CollectionNotice status={status} timeZone={timeZone} />}
      {figures.runs?.total === 0 ? (
        <EmptyRange
          query={query}
          completeness={figures.completeness}
          today={me.today}
          timeZone={timeZone}
          onChange={onChange}
        />
      ) : (
        <>
          <Pictures
            figures={figures}
            explain={explain}
            query={query}
            search={search}
            onChange={onChange}
          />
          <GroupTable
            figures={figures}
            explain={explain}
            query={query}
            search={search}
            timeZone={timeZone}
            onChange={onChange}
          />
        </>
      )}
      <TestTable
        figures={figures}
        explain={explain}
        me={me}
        query={query}
        search={search}
        onChange={onChange}
      />
    </div>
  );
}

function Pictures({
  figures,
  explain,
  query,
  search,
  onChange,
}: {
  figures: RunFigures;
  explain: Explainer;
  query: RunQuery;
  search: TestsSearch;
  onChange: ChangeTests;
}) {
  const shown = search.tables ?? [];
  const shared: Shared = {
    explain,
    isTable: (chart) => shown.includes(chart),
    onTable: (chart, table) => {
      const tables = shown.filter((name) => name !== chart).concat(table ? [chart] : []);
      onChange({ tables: tables.length > 0 ? tables : undefined }, { replace: true });
    },
  };
  if (figures.suppressed) {
    return (
      <HiddenFigures
        reason={figures.suppressed.reason}
        minimum={figures.suppressed.minimum_group_size}
      />
    );
  }
  if (figures.not_kept) {
    return <NotKept reason={figures.not_kept} completeness={figures.completeness} />;
  }
  return (
    <>
      <FigureStrip figures={figures} explain={explain} />
      <AlsoInRange said={besides(figures)} />
      <HeatPanel query={query} figures={figures} {...shared} />
      <div className={frame.pair}>
        <DurationPanel figures={figures} {...shared} />
        <WastedPanel figures={figures} {...shared} />
      </div>
    </>
  );
}

/** Whose runs they are, and what is known of single tests. */
function besides({ people, tests, flaky_tests: flaky, muted_tests: muted }: RunFigures) {
  return [
    people ? `runs of ${counted(people, "person", "people")}` : null,
    tests ? `${counted(tests, "test")} reported` : null,
    flaky ? `${count(flaky)} of them flaky` : null,
    muted ? `${count(muted)} of these muted` : null,
  ];
}
