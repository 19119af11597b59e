import type { KindTotal } from "../../api/types";
import { dateTime } from "../../ui/dates";
import { FactTable } from "../../ui/FactTable";
import { count } from "../../ui/numbers";
import classes from "../Section.module.css";
import { KINDS } from "./names";

/** Each kind over all repositories, or projects: what the source has against what is stored. */
export function Totals({ totals, timeZone }: { totals: KindTotal[]; timeZone: string }) {
  const uncounted = totals.some((total) => total.counted < total.repositories);
  return (
    <section className={classes.section} aria-labelledby="totals">
      <header className={classes.head}>
        <div>
          <h2 id="totals" className={classes.title}>
            What is collected
          </h2>
          <p className={classes.about}>The source's own count against what is stored.</p>
        </div>
      </header>
      <FactTable
        caption="What is collected, by kind"
        rows={totals}
        rowKey={(total) => total.kind}
        columns={[
          { name: "Kind", cell: (total) => KINDS[total.kind] },
          { name: "At the source", numeric: true, cell: (total) => numberOr(total.source) },
          { name: "Stored", numeric: true, cell: (total) => numberOr(total.stored) },
          { name: "Missing", numeric: true, cell: (total) => numberOr(total.missing) },
          {
            name: "Complete",
            numeric: true,
            cell: (total) => `${count(total.complete)} of ${count(total.repositories)}`,
          },
          {
            name: "Whole up to",
            numeric: true,
            cell: (total) =>
              total.complete_to === null ? "–" : dateTime(total.complete_to, timeZone),
          },
        ]}
      />
      {uncounted && (
        <p className={classes.note}>
          Counts are of the repositories and projects that were counted; – means that none was yet,
          or that the source does not tell.
        </p>
      )}
    </section>
  );
}

function numberOr(value: number | null) {
  return value === null ? <span title="Not counted yet">–</span> : count(value);
}
