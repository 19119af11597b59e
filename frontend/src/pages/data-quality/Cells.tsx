import type { KindEntry, LastRun as Run } from "../../api/types";
import { dateTime } from "../../ui/dates";
import { count } from "../../ui/numbers";
import classes from "./RepositoryTable.module.css";
import { StateMark } from "./StateMark";

/** A number where there is one: of a complete kind what is stored, of another how far it is. */
export function Cell({ of, isRead }: { of: KindEntry; isRead: boolean }) {
  const said =
    of.stored === null
      ? "–"
      : of.source === null || of.stored >= of.source
        ? count(of.stored)
        : `${count(of.stored)} of ${count(of.source)}`;
  if (!isRead) return <span className={classes.kept}>{said}</span>;
  return (
    <span className={classes.cell} title={of.reason ?? undefined}>
      {said}
      <StateMark state={of.state} />
    </span>
  );
}

export function LastRun({ of, timeZone }: { of: Run | null; timeZone: string }) {
  if (of?.finished_at == null) return <span className={classes.kept}>none yet</span>;
  return (
    <>
      {dateTime(of.finished_at, timeZone)}
      {of.outcome !== "succeeded" && <span className={classes.outcome}>{of.outcome}</span>}
    </>
  );
}
