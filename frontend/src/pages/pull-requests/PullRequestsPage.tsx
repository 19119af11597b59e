import { Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useState } from "react";
import { definitionsQuery, figuresQuery } from "../../api/queries";
import type { Figures, Filters, Me, Status } from "../../api/types";
import { Failure } from "../../ui/Message";
import { count } from "../../ui/numbers";
import frame from "../../ui/Page.module.css";
import { PageSkeleton } from "../../ui/PageSkeleton";
import { CollectionNotice, NothingCollected } from "../CollectionState";
import { failureOf } from "../failure";
import { AlsoInRange } from "../filters/AlsoInRange";
import { chartTables } from "../filters/chartTables";
import bar from "../filters/FilterBar.module.css";
import { FilteredPage } from "../filters/FilteredPage";
import { HiddenFigures } from "../filters/HiddenFigures";
import { NarrowedRange } from "../filters/NarrowedRange";
import { NotKept } from "../filters/NotKept";
import { DistributionPanel, ScatterPanel, WeeklyPanel } from "./Charts";
import { EmptyRange } from "./EmptyRange";
import { pullRequestExplainer } from "./explanations";
import { FigureStrip } from "./FigureStrip";
import { PullRequestTable } from "./PullRequestTable";
import type { Search } from "./search";
import { type ChangeSearch, useSearchState } from "./useSearchState";

// Opened by a click: its code comes with the first one.
const PullRequestDrawer = lazy(() => import("./PullRequestDrawer"));

export default function PullRequestsPage() {
  const [search, change] = useSearchState();
  const [wasOpen, setWasOpen] = useState(false);
  if (search.pr !== undefined && !wasOpen) setWasOpen(true);
  const closeDrawer = useCallback(() => change({ pr: undefined }), [change]);
  return (
    <FilteredPage
      title="Pull requests"
      search={search}
      onChange={change}
      own
      working={search.time === "working"}
      filters={
        <Switch
          className={bar.bots}
          label="Working time"
          checked={search.time === "working"}
          onChange={(event) =>
            change({ time: event.currentTarget.checked ? "working" : undefined, page: undefined })
          }
        />
      }
    >
      {({ me, status, scope, timeZone }) => (
        <>
          <Content
            me={me}
            status={status}
            filters={{ ...scope, time: search.time ?? "elapsed" }}
            search={search}
            onChange={change}
          />
          {wasOpen && (
            <Suspense fallback={null}>
              <PullRequestDrawer id={search.pr} timeZone={timeZone} onClose={closeDrawer} />
            </Suspense>
          )}
        </>
      )}
    </FilteredPage>
  );
}

type ContentProps = {
  me: Me;
  status: Status | undefined;
  filters: Filters;
  search: Search;
  onChange: ChangeSearch;
};

function Content({ me, status, filters, search, onChange }: ContentProps) {
  const { data: figures, error, isPlaceholderData, refetch } = useQuery(figuresQuery(filters));
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (figures === undefined || status === undefined) return <PageSkeleton />;
  if (status.stored === 0 && status.state !== "ready") {
    return <NothingCollected status={status} me={me} />;
  }
  const timeZone = figures.range.time_zone;
  return (
    <div className={frame.content} aria-busy={isPlaceholderData}>
      {status.state !== "ready" && <CollectionNotice status={status} timeZone={timeZone} />}
      {figures.throughput?.merged === 0 ? (
        <EmptyRange
          filters={filters}
          completeness={figures.completeness}
          today={me.today}
          timeZone={timeZone}
          onChange={onChange}
        />
      ) : (
        <Pictures figures={figures} filters={filters} search={search} onChange={onChange} />
      )}
      <PullRequestTable filters={filters} search={search} timeZone={timeZone} onChange={onChange} />
    </div>
  );
}

function Pictures({
  figures,
  filters,
  search,
  onChange,
}: {
  figures: Figures;
  filters: Filters;
  search: Search;
  onChange: ChangeSearch;
}) {
  const { data: definitions } = useQuery(definitionsQuery);
  const explain = pullRequestExplainer(definitions, figures, filters.time);
  const shared = {
    explain,
    ...chartTables(search.tables, onChange),
  };
  const onOpen = useCallback((pr: number) => onChange({ pr }), [onChange]);
  if (figures.not_kept) {
    return <NotKept reason={figures.not_kept} completeness={figures.completeness} />;
  }
  return (
    <>
      {figures.suppressed ? (
        <HiddenFigures
          reason={figures.suppressed.reason}
          minimum={figures.suppressed.minimum_group_size}
        />
      ) : (
        <>
          <NarrowedRange range={figures.range} />
          <FigureStrip figures={figures} explain={explain} />
          <Leftovers figures={figures} />
          <div className={frame.pair}>
            <WeeklyPanel figures={figures} {...shared} />
            <DistributionPanel figures={figures} {...shared} />
          </div>
        </>
      )}
      <ScatterPanel figures={figures} filters={filters} onOpen={onOpen} {...shared} />
    </>
  );
}

/** What the figures do not hold, said beside them and not only in Explain. */
function Leftovers({ figures }: { figures: Figures }) {
  const said = [
    figures.people === null ? null : `${count(figures.people)} people`,
    figures.unreviewed ? `${count(figures.unreviewed)} merged without a review` : null,
    figures.closed_unmerged ? `${count(figures.closed_unmerged)} closed without merge` : null,
    figures.open ? `${count(figures.open)} open now` : null,
    ...figures.excluded.map(({ reason, n }) => `left out: ${count(n)} ${reason}`),
  ];
  return <AlsoInRange said={said} />;
}
