import { Button } from "@mantine/core";
import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { meQuery } from "../../../api/queries";
import { CsvButton } from "../../../ui/CsvButton";
import { type DataColumn, DataTable, RowName } from "../../../ui/DataTable";
import { dateTime, dayOf } from "../../../ui/dates";
import { Failure } from "../../../ui/Message";
import { NoRows, TableSection } from "../../../ui/TableSection";
import { TableSkeleton } from "../../../ui/TableSkeleton";
import { failureOf } from "../../failure";
import { useChange } from "../../filters/useChange";
import { AuditFilters } from "./AuditFilters";
import classes from "./audit.module.css";
import { EventDrawer } from "./EventDrawer";
import { type Asked, type AuditEvent, EXPORT, eventsQuery } from "./queries";
import { type AuditSearch, rangeOf } from "./search";
import { about, what, who } from "./words";

const route = getRouteApi("/governance/audit");

/** Every important act, the latest first. */
export default function AuditPart() {
  const { data: me } = useSuspenseQuery(meQuery);
  const search = route.useSearch();
  const timeZone = me.organisation.time_zone;
  // The log goes by the machine's clock; figures, in a demo, by another.
  const today = dayOf(new Date().toISOString(), timeZone);
  const asked = askedOf(search, today);
  const query = useInfiniteQuery(eventsQuery(asked));
  const events = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const change = useChange(route.useNavigate());
  return (
    <>
      <AuditFilters
        search={search}
        today={today}
        actor={actorOf(search, events)}
        onChange={change}
      />
      <TableSection
        title="Events"
        count="The latest first"
        tools={<CsvButton address={EXPORT} asked={asked} format="JSON lines" />}
      >
        {query.error ? (
          <Failure {...failureOf(query.error)} onRetry={() => void query.refetch()} />
        ) : query.isPending ? (
          <TableSkeleton rows={8} />
        ) : events.length === 0 ? (
          <NoRows>
            Nothing like that is in the log. Choose a longer range, or take a filter away.
          </NoRows>
        ) : (
          <DataTable
            label="Events"
            columns={columnsOf(timeZone, (event) => change({ event }))}
            rows={events}
            rowKey={({ id }) => id}
            stale={query.isPlaceholderData}
            onOpen={({ id }) => change({ event: id })}
          />
        )}
        {query.hasNextPage && (
          <div className={`${classes.more} no-print`}>
            <Button
              variant="default"
              size="xs"
              loading={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              Show earlier ones
            </Button>
          </div>
        )}
      </TableSection>
      <EventDrawer
        id={search.event}
        known={events.find(({ id }) => id === search.event)}
        timeZone={timeZone}
        onClose={() => change({ event: undefined })}
        onActor={(actor) => change({ actor, event: undefined })}
      />
    </>
  );
}

function columnsOf(timeZone: string, onOpen: (id: number) => void): DataColumn<AuditEvent>[] {
  return [
    {
      name: "What",
      narrow: true,
      cell: (event) => (
        <RowName name={what(event)} where={who(event)} onOpen={() => onOpen(event.id)} />
      ),
    },
    {
      name: "About",
      cell: (event) =>
        event.kind === null ? (
          "–"
        ) : (
          <>
            {about(event)} {event.about && <span className={classes.soft}>{event.kind}</span>}
          </>
        ),
    },
    { name: "From", cell: ({ address }) => address ?? "–" },
    { name: "When", narrow: true, cell: ({ at }) => dateTime(at, timeZone) },
  ];
}

function actorOf({ actor }: AuditSearch, events: AuditEvent[]): string | undefined {
  if (actor === undefined) return undefined;
  const theirs = events.find((event) => event.actor === actor);
  return theirs ? who(theirs) : `account ${actor}`;
}

function askedOf(search: AuditSearch, today: string): Asked {
  const { from, to } = rangeOf(search, today);
  const { q, act, group, kind, actor, address } = search;
  return {
    from,
    to,
    ...(q && { search: q }),
    ...(act && { act }),
    ...(group && { group }),
    ...(kind !== undefined && { kind }),
    ...(actor !== undefined && { actor }),
    ...(address && { address }),
  };
}
