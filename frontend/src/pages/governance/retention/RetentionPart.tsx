import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { meQuery } from "../../../api/queries";
import { type DataColumn, DataTable, RowName } from "../../../ui/DataTable";
import { dateTime } from "../../../ui/dates";
import { useChange } from "../../filters/useChange";
import { Section } from "../../Section";
import section from "../../Section.module.css";
import { Doubt } from "./Doubt";
import { PolicyDrawer } from "./PolicyDrawer";
import { type Policy, type Retention, retentionQuery } from "./queries";
import classes from "./retention.module.css";
import { period, total } from "./say";

const route = getRouteApi("/governance/retention");

/** How long each kind of data is kept, what goes tonight, and what went last. */
export default function RetentionPart() {
  const { data: me } = useSuspenseQuery(meQuery);
  const { policy: chosen } = route.useSearch();
  const change = useChange(route.useNavigate());
  const query = useQuery(retentionQuery);
  const open = (policy: string | undefined) => change({ policy });
  return (
    <>
      <Section
        title="Periods"
        query={query}
        about={({ next_run_at, may_change }) =>
          `What is older goes each night, next on ${dateTime(next_run_at, me.organisation.time_zone)}. ` +
          (may_change
            ? "A shorter period waits for a day, and can be taken back until then."
            : "Owners and administrators change periods.")
        }
      >
        {({ policies, may_change, doubtful }) => (
          <>
            {doubtful && (
              <Doubt of={doubtful} timeZone={me.organisation.time_zone} mayChange={may_change} />
            )}
            <DataTable
              label="Periods by kind of data"
              columns={columns(me.organisation.time_zone, open)}
              rows={policies}
              rowKey={({ code }) => code}
              stale={false}
              onOpen={({ code }) => open(code)}
            />
            <PolicyDrawer
              policy={policies.find(({ code }) => code === chosen)}
              timeZone={me.organisation.time_zone}
              mayChange={may_change}
              onClose={() => open(undefined)}
            />
          </>
        )}
      </Section>
      {query.data && <Elsewhere of={query.data.elsewhere} />}
    </>
  );
}

function columns(timeZone: string, onOpen: (code: string) => void): DataColumn<Policy>[] {
  return [
    {
      name: "Kind of data",
      narrow: true,
      cell: ({ code, name, holds }) => (
        <RowName name={name} where={holds} onOpen={() => onOpen(code)} />
      ),
    },
    {
      name: "Kept for",
      narrow: true,
      cell: ({ days, next_days, takes_effect_at }) => (
        <>
          {period(days)}
          {next_days !== null && takes_effect_at && (
            <p className={classes.next}>
              {period(next_days)} from {dateTime(takes_effect_at, timeZone)}
            </p>
          )}
        </>
      ),
    },
    { name: "Goes tonight", cell: ({ tonight }) => (tonight ? total(tonight.rows) : "–") },
    { name: "Last night", cell: (policy) => <LastNight of={policy} /> },
  ];
}

function LastNight({ of }: { of: Policy }) {
  const [last] = of.runs;
  if (!last) return of.days === null ? "–" : "no run yet";
  if (last.finished_at) return total(last.deleted);
  return (
    <>
      {total(last.deleted)} so far
      {last.error && <p className={classes.next}>{last.error}</p>}
    </>
  );
}

function Elsewhere({ of }: { of: Retention["elsewhere"] }) {
  return (
    <section
      className={`${section.section} ${classes.elsewhere}`}
      aria-label="Kept without a period"
    >
      <h2 className={section.title}>Kept without a period</h2>
      <dl className={classes.reasons}>
        {of.map(({ name, why }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{why}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
