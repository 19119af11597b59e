import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { meQuery, statusQuery } from "../../api/queries";
import type { Me, Status } from "../../api/types";
import { dayRange } from "../../ui/dates";
import { Message } from "../../ui/Message";
import frame from "../../ui/Page.module.css";
import { NothingCollected } from "../CollectionState";
import { type ChangeFilters, FilterBar } from "./FilterBar";
import { type FilterSearch, previousName, rangeOf, type Scope, teamOf } from "./search";

/** What a page of figures rests on: who looks, at whose work, and when. */
export type PageScope = {
  me: Me;
  /** Undefined: not answered yet. */
  status: Status | undefined;
  scope: Scope;
  timeZone: string;
};

/** A page of figures: its name, what it is about, the filters, and below them what `children` make of it. */
export function FilteredPage({
  title,
  search,
  onChange,
  filters,
  plain = false,
  own = false,
  working = false,
  children,
}: {
  title: string;
  search: FilterSearch;
  onChange: ChangeFilters;
  /** The page's own filters, beside those that all pages have. */
  filters?: ReactNode;
  /** Its figures count no bots, measure no time, and are compared with no range before. */
  plain?: boolean;
  /** It can show the viewer's own work alone. */
  own?: boolean;
  /** Its durations are working time. */
  working?: boolean;
  children: (of: PageScope) => ReactNode;
}) {
  const { data: me } = useSuspenseQuery(meQuery);
  const { data: status } = useQuery(statusQuery);
  const ofTeam = teamOf(search, me);
  const offersOwn = own && me.may_see_own;
  const mine = offersOwn && (search.mine ?? ofTeam === undefined);
  const team = mine ? "" : ofTeam;
  const empty =
    status?.state === "not_connected" || (team === undefined && status?.state === "syncing");
  if (status !== undefined && empty) {
    return <NothingCollected status={status} me={me} wholePage />;
  }
  if (team === undefined) {
    return (
      <Message title="You are in no team yet" wholePage>
        <p>Figures are shown for teams. Ask an administrator to make you the lead of one.</p>
      </Message>
    );
  }
  const scope: Scope = { team, ...rangeOf(search, me.today), bots: search.bots ?? false };
  if (mine) scope.mine = true;
  const chosen = me.teams.find((candidate) => candidate.slug === team);
  const timeZone = chosen?.time_zone ?? me.organisation.time_zone;
  return (
    <div className={frame.page}>
      <header className={frame.head}>
        <h1 className={frame.title}>{title}</h1>
        <p className={frame.scope}>
          {mine ? "Only mine" : (chosen?.name ?? "All teams")}, {dayRange(scope.from, scope.to)}
          {!plain && `, compared with ${previousName(scope)}`}
        </p>
      </header>
      <FilterBar
        me={me}
        scope={scope}
        search={search}
        timeZone={timeZone}
        plain={plain}
        own={offersOwn}
        working={working}
        onChange={onChange}
      >
        {filters}
      </FilterBar>
      {children({ me, status, scope, timeZone })}
    </div>
  );
}
