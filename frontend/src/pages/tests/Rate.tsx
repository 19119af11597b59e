import { percent } from "../../ui/numbers";
import classes from "./Table.module.css";

/** A share with its length beside it. */
export function Rate({ of }: { of: number | null }) {
  if (of === null) return <span className={classes.soft}>–</span>;
  return (
    <span className={classes.rate}>
      {percent(of)}
      <span className={classes.gauge} aria-hidden>
        <i style={{ width: `${of * 100}%` }} />
      </span>
    </span>
  );
}
