import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { definitionsQuery } from "../../api/queries";
import type { Me } from "../../api/types";
import { Failure, Message } from "../../ui/Message";
import { counted, percent } from "../../ui/numbers";
import frame from "../../ui/Page.module.css";
import { PageSkeleton } from "../../ui/PageSkeleton";
import { failureOf } from "../failure";
import { AlsoInRange } from "../filters/AlsoInRange";
import { chartTables } from "../filters/chartTables";
import { explainer } from "../filters/explanations";
import { FilteredPage, type PageScope } from "../filters/FilteredPage";
import { HiddenFigures } from "../filters/HiddenFigures";
import { NarrowedRange } from "../filters/NarrowedRange";
import { NotKept } from "../filters/NotKept";
import { ItemTable } from "./ItemTable";
import { MonthsPanel } from "./MonthsPanel";
import { UNCATEGORISED, VIEW_NAMES, whole } from "./names";
import { Overview } from "./Overview";
import { figuresQuery } from "./queries";
import { type InvestmentSearch, VIEWS } from "./search";
import type { InvestmentFigures, View } from "./types";
import { type ChangeInvestment, useInvestmentSearch } from "./useInvestmentSearch";

/** From here on so much is in no category that rules are worth a thought. */
const MUCH = 0.2;

export default function InvestmentPage() {
  const [search, change] = useInvestmentSearch();
  return (
    <FilteredPage
      title="Investment"
      search={search}
      onChange={change}
      plain
      filters={<ViewPicker search={search} onChange={change} />}
    >
      {(of) => <Content of={of} search={search} onChange={change} />}
    </FilteredPage>
  );
}

function ViewPicker({
  search,
  onChange,
}: {
  search: InvestmentSearch;
  onChange: ChangeInvestment;
}) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="How work is counted"
      data={VIEWS.map((value) => ({ value, label: VIEW_NAMES[value] }))}
      value={search.view ?? "effort"}
      onChange={(chosen) =>
        onChange({ view: VIEWS.find((view) => view === chosen && view !== "effort") })
      }
    />
  );
}

function Content({
  of: { me, scope, timeZone },
  search,
  onChange,
}: {
  of: PageScope;
  search: InvestmentSearch;
  onChange: ChangeInvestment;
}) {
  const filters = { team: scope.team, from: scope.from, to: scope.to };
  const { data: figures, error, isPlaceholderData, refetch } = useQuery(figuresQuery(filters));
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (figures === undefined) return <PageSkeleton />;
  return (
    <div className={frame.content} aria-busy={isPlaceholderData}>
      <Pictures figures={figures} me={me} search={search} onChange={onChange} />
      <ItemTable
        filters={filters}
        categories={figures.categories}
        search={search}
        timeZone={timeZone}
        onChange={onChange}
      />
    </div>
  );
}

function Pictures({
  figures,
  me,
  search,
  onChange,
}: {
  figures: InvestmentFigures;
  me: Me;
  search: InvestmentSearch;
  onChange: ChangeInvestment;
}) {
  const { data: definitions } = useQuery(definitionsQuery);
  const view = figures[search.view ?? "effort"];
  if (view.suppressed) {
    return (
      <HiddenFigures reason={view.suppressed.reason} minimum={view.suppressed.minimum_group_size} />
    );
  }
  if (view.total === null && view.reason !== null) {
    return <NotKept reason={view.reason} completeness={figures.completeness} />;
  }
  if (view.reason !== null || view.total === null) {
    return (
      <Message title="Nothing to show in this range">
        <p>{view.reason} Choose a longer range or another team.</p>
      </Message>
    );
  }
  const made = `${whole(view.total, view)} of ${counted(view.people ?? 0, "person", "people")}`;
  const shared = {
    view,
    figures,
    explanation: explainer(definitions, { ...figures, excluded: [] })(view.definition, made),
  };
  return (
    <>
      <NarrowedRange range={figures.range} />
      <Overview
        {...shared}
        chosen={search.category}
        onChoose={(category) => onChange({ category, page: undefined })}
      />
      <AlsoInRange said={[`by ${counted(view.people ?? 0, "person", "people")}`]} />
      <Unsorted view={view} admin={me.links.admin} />
      <MonthsPanel {...shared} {...chartTables(search.tables, onChange)} />
    </>
  );
}

/** Where much is in no category: what can be done. */
function Unsorted({ view, admin }: { view: View; admin: string | null }) {
  const share = view.amounts.find((one) => one.category === UNCATEGORISED)?.share ?? 0;
  if (share <= MUCH) return null;
  return (
    <p className={frame.hint}>
      {percent(share)} is in no category.{" "}
      {admin ? (
        <a href={`${admin}delivery/investmentrule/`}>Add rules that sort it.</a>
      ) : (
        "Administrators can add rules that sort it."
      )}
    </p>
  );
}
