import type { Me, Quality } from "../../api/types";
import { count, counted } from "../../ui/numbers";
import section from "../Section.module.css";
import classes from "./NotCounted.module.css";
import { LEFT_OUT } from "./names";

/** What is stored and yet in no figure, or in nobody's. */
export function NotCounted({ quality, me }: { quality: Quality; me: Me }) {
  const { unmatched, left_out: leftOut } = quality;
  if (unmatched === null) return null;
  const nobody = unmatched.accounts + unmatched.git_addresses;
  return (
    <section className={section.section} aria-labelledby="not-counted">
      <header className={section.head}>
        <h2 id="not-counted" className={section.title}>
          Stored, and not counted
        </h2>
      </header>
      <dl className={classes.facts}>
        <div>
          <dt>Belong to no person</dt>
          <dd>
            {nobody === 0
              ? "No account and no git address"
              : `${counted(unmatched.accounts, "account")}, ${counted(unmatched.git_addresses, "git address", "git addresses")}`}
            {nobody > 0 && me.links.admin && (
              <a href={`${me.links.admin}people/identity/?person__isnull=True`}>Match them</a>
            )}
          </dd>
        </div>
        <div>
          <dt>Pull requests left out</dt>
          <dd>
            {leftOut.length === 0
              ? "None"
              : leftOut.map(({ reason, n }) => (
                  <span key={reason}>
                    {count(n)} {LEFT_OUT[reason] ?? reason}
                  </span>
                ))}
          </dd>
        </div>
      </dl>
    </section>
  );
}
