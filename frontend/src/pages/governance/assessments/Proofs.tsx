import classes from "./assessments.module.css";
import type { Proof } from "./queries";

const FROM = {
  live: "Looked at from inside the appliance",
  host: "Looked at from outside, by the host",
  build: "Ran when this release was built, and was signed with it",
} as const;

/** What shows it: each proof with what was found, by where it comes from. */
export function Proofs({ of }: { of: Proof[] }) {
  const sources = Object.keys(FROM) as (keyof typeof FROM)[];
  return sources
    .map((source) => ({ source, proofs: of.filter((proof) => proof.source === source) }))
    .filter(({ proofs }) => proofs.length > 0)
    .map(({ source, proofs }) => (
      <section key={source} aria-label={FROM[source]}>
        <h4 className={classes.from}>{FROM[source]}</h4>
        <ul className={classes.proofs}>
          {proofs.map(({ name, is_good, found }) => (
            <li key={name} data-good={is_good ?? "unseen"}>
              <code>{name}</code>
              <span>
                {is_good === null ? "Not seen: " : is_good ? "" : "Not good: "}
                {found}
              </span>
            </li>
          ))}
        </ul>
      </section>
    ));
}
