import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { definitionsQuery } from "../../api/queries";
import { Failure } from "../../ui/Message";
import { count, counted } from "../../ui/numbers";
import frame from "../../ui/Page.module.css";
import { PageSkeleton } from "../../ui/PageSkeleton";
import { CollectionNotice, NothingCollected } from "../CollectionState";
import { failureOf } from "../failure";
import { AlsoInRange } from "../filters/AlsoInRange";
import { chartTables } from "../filters/chartTables";
import type { ChangeFilters } from "../filters/FilterBar";
import { FilteredPage, type PageScope } from "../filters/FilteredPage";
import { HiddenFigures } from "../filters/HiddenFigures";
import { NarrowedRange } from "../filters/NarrowedRange";
import { NotKept } from "../filters/NotKept";
import { DeploymentDrawer } from "./DeploymentDrawer";
import { DeploymentTable } from "./DeploymentTable";
import { NothingDefined, NothingDeployed } from "./EmptyDelivery";
import { deliveryExplainer } from "./explanations";
import { FourKeys } from "./FourKeys";
import { LeadTimePanel, WeeklyPanel } from "./Pictures";
import { choicesQuery, figuresQuery } from "./queries";
import { ServicePicker } from "./ServicePicker";
import { type DeliverySearch, narrowing } from "./search";
import type { DeploymentFigures } from "./types";
import { type ChangeDelivery, useDeliverySearch } from "./useDeliverySearch";
import { WhatCounts } from "./WhatCounts";

export default function DeliveryPage() {
  const [search, change] = useDeliverySearch();
  const open = useCallback((deployment: number) => change({ deployment }), [change]);
  const filter: ChangeFilters = (part, options) =>
    change({ ...part, considered_page: undefined }, options);
  const close = useCallback(() => change({ deployment: undefined }), [change]);
  return (
    <FilteredPage
      title="Delivery"
      search={search}
      onChange={filter}
      filters={<ServicePicker search={search} onChange={change} />}
    >
      {(of) => (
        <>
          <Content of={of} search={search} onChange={change} />
          <DeploymentDrawer
            id={search.deployment}
            timeZone={of.timeZone}
            onOpen={open}
            onClose={close}
          />
        </>
      )}
    </FilteredPage>
  );
}

function Content({
  of: { me, status, scope, timeZone },
  search,
  onChange,
}: {
  of: PageScope;
  search: DeliverySearch;
  onChange: ChangeDelivery;
}) {
  const filters = { ...scope, ...narrowing(search) };
  const { data: figures, error, isPlaceholderData, refetch } = useQuery(figuresQuery(filters));
  const { data: choices } = useQuery(choicesQuery);
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (figures === undefined || status === undefined || choices === undefined) {
    return <PageSkeleton />;
  }
  if (status.stored === 0 && status.state !== "ready") {
    return <NothingCollected status={status} me={me} />;
  }
  return (
    <div className={frame.content} aria-busy={isPlaceholderData}>
      {status.state !== "ready" && <CollectionNotice status={status} timeZone={timeZone} />}
      {choices.environments.length === 0 ? (
        <NothingDefined me={me} />
      ) : (
        <>
          {figures.deployment_frequency?.deployments === 0 ? (
            <NothingDeployed
              filters={filters}
              scope={scope}
              completeness={figures.completeness}
              today={me.today}
              timeZone={timeZone}
              onChange={onChange}
            />
          ) : (
            <Pictures figures={figures} search={search} onChange={onChange} />
          )}
          <DeploymentTable
            filters={filters}
            search={search}
            timeZone={timeZone}
            onChange={onChange}
          />
        </>
      )}
      <WhatCounts
        me={me}
        unmapped={choices.unmapped}
        inAll={choices.unmapped_in_all}
        scope={scope}
        search={search}
        timeZone={timeZone}
        onChange={onChange}
      />
    </div>
  );
}

function Pictures({
  figures,
  search,
  onChange,
}: {
  figures: DeploymentFigures;
  search: DeliverySearch;
  onChange: ChangeDelivery;
}) {
  const { data: definitions } = useQuery(definitionsQuery);
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
  const shared = {
    figures,
    explain: deliveryExplainer(definitions, figures),
    ...chartTables(search.tables, onChange),
  };
  return (
    <>
      <NarrowedRange range={figures.range} />
      <FourKeys figures={figures} explain={shared.explain} />
      <AlsoInRange said={besides(figures)} />
      <div className={frame.pair}>
        <WeeklyPanel {...shared} />
        <LeadTimePanel {...shared} />
      </div>
    </>
  );
}

/** What of the range is in none of the four keys, or rests on less than the rest. */
function besides(figures: DeploymentFigures): (string | null)[] {
  const { attempts, rollbacks, baselines, contents_unknown: unknown, people } = figures;
  return [
    people ? `changes by ${counted(people, "person", "people")}` : null,
    attempts?.failed ? `${counted(attempts.failed, "attempt")} did not come up` : null,
    attempts?.in_progress ? `${count(attempts.in_progress)} under way` : null,
    rollbacks ? counted(rollbacks, "rollback") : null,
    baselines
      ? `${counted(baselines, "service")} first deployed: what that brought is not counted`
      : null,
    unknown ? `${counted(unknown, "deployment")} whose changes are not known` : null,
  ];
}
