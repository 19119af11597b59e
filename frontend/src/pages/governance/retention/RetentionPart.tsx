import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { meQuery } from "../../../api/queries";
import { dateTime } from "../../../ui/dates";
import { ScrollRegion } from "../../../ui/ScrollRegion";
import section from "../../data-quality/Section.module.css";
import { Section } from "../../people/Section";
import { PolicyDrawer } from "./PolicyDrawer";
import { type Policy, type Retention, retentionQuery } from "./queries";
import classes from "./retention.module.css";
import { period, total } from "./say";

const route = getRouteApi("/governance/retention");

/** How long each kind of data is kept, what goes tonight, and what went last. */
export default function RetentionPart() {
  const { data: me } = useSuspenseQuery(meQuery);
  const { policy: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(retentionQuery);
  const open = (policy: string | undefined) =>
    void navigate({ search: { policy }, replace: true, resetScroll: false });
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
        {({ policies, may_change }) => (
          <>
            <Policies of={policies} timeZone={me.organisation.time_zone} onOpen={open} />
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

function Policies({
  of,
  timeZone,
  onOpen,
}: {
  of: Policy[];
  timeZone: string;
  onOpen: (code: string) => void;
}) {
  return (
    <ScrollRegion className={classes.scroll} label="Periods by kind of data">
      <table className={classes.table}>
        <caption>Periods by kind of data</caption>
        <thead>
          <tr>
            <th scope="col">Kind of data</th>
            <th scope="col">Kept for</th>
            <th scope="col">Goes tonight</th>
            <th scope="col" data-wide>
              Last night
            </th>
          </tr>
        </thead>
        <tbody>
          {of.map((policy) => (
            <tr key={policy.code}>
              <th scope="row">
                <button type="button" className={classes.name} onClick={() => onOpen(policy.code)}>
                  {policy.name}
                </button>
                <p className={classes.holds}>{policy.holds}</p>
              </th>
              <td>
                {period(policy.days)}
                {policy.next_days !== null && policy.takes_effect_at && (
                  <p className={classes.next}>
                    {period(policy.next_days)} from {dateTime(policy.takes_effect_at, timeZone)}
                  </p>
                )}
              </td>
              <td>{policy.tonight ? total(policy.tonight.rows) : "—"}</td>
              <td data-wide>
                <LastNight of={policy} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function LastNight({ of }: { of: Policy }) {
  const [last] = of.runs;
  if (!last) return of.days === null ? "—" : "no run yet";
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
