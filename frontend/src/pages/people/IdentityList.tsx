import { KINDS } from "./names";
import classes from "./people.module.css";
import type { Identity } from "./queries";

/** What somebody is called outside, and where. */
export function IdentityList({ of }: { of: Identity[] }) {
  return (
    <ul className={classes.identities}>
      {of.map((one) => (
        <li key={one.id}>
          {one.login}{" "}
          <span className={classes.where}>
            {[KINDS[one.kind], one.connection, one.name !== one.login && one.name]
              .filter(Boolean)
              .join(", ")}
          </span>
        </li>
      ))}
    </ul>
  );
}
