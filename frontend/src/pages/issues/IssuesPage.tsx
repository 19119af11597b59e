import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { definitionsQuery } from "../../api/queries";
import type { Me } from "../../api/types";
import { Failure, Message } from "../../ui/Message";
import { count, counted } from "../../ui/numbers";
import frame from "../../ui/Page.module.css";
import { PageSkeleton } from "../../ui/PageSkeleton";
import { ConnectionFails, NothingArrives } from "../CollectionState";
import { failureOf } from "../failure";
import { AlsoInRange } from "../filters/AlsoInRange";
import { chartTables } from "../filters/chartTables";
import { EmptyRange, lookBack } from "../filters/EmptyRange";
import { type Explainer, explainer } from "../filters/explanations";
import { FilteredPage, type PageScope } from "../filters/FilteredPage";
import { HiddenFigures } from "../filters/HiddenFigures";
import { NarrowedRange } from "../filters/NarrowedRange";
import { NotKept } from "../filters/NotKept";
import type { Scope } from "../filters/search";
import { AgePanel } from "./AgePanel";
import { FigureStrip } from "./FigureStrip";
import { IssueDrawer } from "./IssueDrawer";
import { IssueTable } from "./IssueTable";
import { ScatterPanel, WeeklyPanel } from "./Pictures";
import { ProjectPicker } from "./ProjectPicker";
import { choicesQuery, figuresQuery, pageQuery } from "./queries";
import { SprintDrawer } from "./SprintDrawer";
import { SprintTable } from "./SprintTable";
import { type IssuesSearch, narrowing } from "./search";
import type { IssueCompleteness, IssueFigures, IssueFilters } from "./types";
import { type ChangeIssues, useIssuesSearch } from "./useIssuesSearch";

type Filters = IssueFilters & Scope;

export default function IssuesPage() {
  const [search, change] = useIssuesSearch();
  const close = useCallback(() => change({ issue: undefined }), [change]);
  const closeSprint = useCallback(
    () => change({ sprint: undefined, burn_up: undefined }),
    [change],
  );
  return (
    <FilteredPage
      title="Sprints & issues"
      search={search}
      onChange={change}
      filters={<ProjectPicker search={search} onChange={change} />}
    >
      {(of) => (
        <>
          <Content of={of} search={search} onChange={change} />
          <IssueDrawer id={search.issue} timeZone={of.timeZone} onClose={close} />
          <SprintDrawer
            search={search}
            filters={{ ...of.scope, ...narrowing(search) }}
            timeZone={of.timeZone}
            onChange={change}
            onClose={closeSprint}
          />
        </>
      )}
    </FilteredPage>
  );
}

function Content({
  of: { me, scope, timeZone },
  search,
  onChange,
}: {
  of: PageScope;
  search: IssuesSearch;
  onChange: ChangeIssues;
}) {
  const filters = { ...scope, ...narrowing(search) };
  const { data: figures, error, isPlaceholderData, refetch } = useQuery(figuresQuery(filters));
  const { data: choices } = useQuery(choicesQuery);
  const { data: definitions } = useQuery(definitionsQuery);
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (figures === undefined || choices === undefined) return <PageSkeleton />;
  if (choices.projects.length === 0) return <NothingRead me={me} of={figures.completeness} />;
  const { source } = figures.completeness;
  const explain = explainer(definitions, figures);
  return (
    <div className={frame.content} aria-busy={isPlaceholderData}>
      {source.state === "misconfigured" && (
        <NothingArrives what="New issues do not arrive." of={source} />
      )}
      <Pictures
        figures={figures}
        explain={explain}
        filters={filters}
        today={me.today}
        search={search}
        onChange={onChange}
      />
      <SprintTable
        filters={filters}
        explain={explain}
        timeZone={timeZone}
        onOpen={(sprint) => onChange({ sprint })}
      />
      <IssueTable filters={filters} search={search} timeZone={timeZone} onChange={onChange} />
    </div>
  );
}

function Pictures({
  figures,
  explain,
  filters,
  today,
  search,
  onChange,
}: {
  figures: IssueFigures;
  explain: Explainer;
  filters: Filters;
  today: string;
  search: IssuesSearch;
  onChange: ChangeIssues;
}) {
  const shared = {
    figures,
    filters,
    onOpen: (issue: number) => onChange({ issue }),
    explain,
    ...chartTables(search.tables, onChange),
  };
  if (figures.suppressed) {
    return (
      <>
        <HiddenFigures
          reason={figures.suppressed.reason}
          minimum={figures.suppressed.minimum_group_size}
        />
        <AgePanel {...shared} />
        <ScatterPanel {...shared} />
      </>
    );
  }
  if (figures.not_kept) {
    return (
      <>
        <NotKept reason={figures.not_kept} completeness={figures.completeness} />
        <AgePanel {...shared} />
      </>
    );
  }
  if (figures.throughput?.merged === 0) {
    const timeZone = figures.range.time_zone;
    return (
      <>
        <NothingDone
          filters={filters}
          completeness={figures.completeness}
          today={today}
          timeZone={timeZone}
          onChange={onChange}
        />
        <AgePanel {...shared} />
      </>
    );
  }
  return (
    <>
      <NarrowedRange range={figures.range} />
      <FigureStrip figures={figures} explain={explain} />
      <AlsoInRange said={besides(figures)} />
      <div className={frame.pair} data-even>
        <WeeklyPanel {...shared} />
        <AgePanel {...shared} />
      </div>
      <ScatterPanel {...shared} />
    </>
  );
}

/** What of the range is in none of the figures, or said by none of them. */
function besides({ people, direct_to_done: direct, reopened }: IssueFigures): (string | null)[] {
  return [
    people ? `done by ${counted(people, "person", "people")}` : null,
    direct ? `${count(direct)} went straight to done: they have no cycle time` : null,
    reopened?.numerator ? `${count(reopened.numerator)} had been re-opened` : null,
  ];
}

/** No issue is known yet: what keeps them away, and the next step. */
function NothingRead({ me, of: { source, reason } }: { me: Me; of: IssueCompleteness }) {
  const admin = me.links.admin;
  if (source.state === "misconfigured") {
    return (
      <ConnectionFails title="The connection to Jira does not work" of={source} admin={admin} />
    );
  }
  if (source.state !== "not_connected") {
    return (
      <Message title="No issue is here yet">
        <p>{reason ?? "None of the issues that are read belongs to a team of yours."}</p>
      </Message>
    );
  }
  return (
    <Message
      title="No Jira is connected yet"
      step={
        admin && (
          <Button component="a" href={`${admin}connections/connection/add/`}>
            Connect a Jira
          </Button>
        )
      }
    >
      <p>
        Connect a Jira to see how long issues take, how much is in progress, and which pull requests
        are about them.
      </p>
      {!admin && <p>Ask an administrator to connect it.</p>}
    </Message>
  );
}

/** Nothing was done in the range: offers the nearest range before today in which something was. */
function NothingDone({
  filters,
  completeness,
  today,
  timeZone,
  onChange,
}: {
  filters: Filters;
  completeness: IssueCompleteness;
  today: string;
  timeZone: string;
  onChange: ChangeIssues;
}) {
  const latest = useQuery(
    pageQuery({
      ...filters,
      ...lookBack(filters, today),
      state: "done",
      search: "",
      sort: "-done_at",
      page: 1,
      page_size: 1,
    }),
  );
  return (
    <EmptyRange
      title="No issue was done"
      latest={latest.isPending ? undefined : (latest.data?.items[0]?.done_at ?? null)}
      say={(day) => `The latest one was done on ${day}.`}
      nothing="Choose another project, type or team."
      scope={filters}
      completeness={completeness}
      timeZone={timeZone}
      onChange={onChange}
    />
  );
}
