import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { meQuery } from "../../../api/queries";
import { dateTime } from "../../../ui/dates";
import { Section } from "../../Section";
import classes from "./inventory.module.css";
import { atRestQuery } from "./queries";

const PLACES = { data: "Data folder", database: "Database", swap: "Swap" } as const;
const STATES = {
  encrypted: "encrypted",
  memory: "in memory alone",
  plain: "not encrypted by the machine",
  unknown: "not to be seen from the machine",
} as const;
const KINDS = {
  below_machine: "Encrypted below the machine",
  evaluation: "An evaluation, without encryption",
} as const;

/** What the host judged its disks to be, and who answers for what it cannot see. */
export function AtRestView() {
  const query = useQuery(atRestQuery);
  const { data: me } = useSuspenseQuery(meQuery);
  const told = (instant: string) => dateTime(instant, me.organisation.time_zone);
  return (
    <Section
      title="Encryption at rest"
      query={query}
      about={({ judged_at }) =>
        judged_at
          ? `As the host judged and signed it at ${told(judged_at)}. No service starts without.`
          : "Nobody judges the disks of this machine, as in a demo."
      }
    >
      {({ places, attestations }) => (
        <>
          <dl className={classes.list}>
            {places.map(({ what, state, how }) => (
              <div key={what}>
                <dt>{PLACES[what]}</dt>
                <dd>
                  {STATES[state]}: {how}
                </dd>
              </div>
            ))}
          </dl>
          {attestations.length > 0 && (
            <section aria-label="Attested">
              <h3 className={classes.area}>Attested by people</h3>
              <dl className={classes.list}>
                {attestations.map(({ kind, reason, by, made_at, until }) => (
                  <div key={made_at}>
                    <dt>{KINDS[kind]}</dt>
                    <dd>
                      {reason}. {by}, {told(made_at)}
                      {until && `; it ends at ${told(until)}`}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          )}
        </>
      )}
    </Section>
  );
}
