import { dateTime, fullDay } from "../../../ui/dates";
import { duration } from "../../../ui/durations";
import { ScrollRegion } from "../../../ui/ScrollRegion";
import classes from "./audit.module.css";
import type { AuditValue } from "./queries";

/** Of characters. */
const LONG = 300;

/** What stood in the log, as a person reads it: nothing, one thing, or a list. */
export function Value({ of, timeZone }: { of: AuditValue | null; timeZone: string }) {
  if (of === null) return <span className={classes.soft}>not set</span>;
  if (of.kind === "withheld") return <em className={classes.soft}>{of.says.join(", ")}</em>;
  const says = of.says.map((one) => said(of.kind, one, timeZone));
  if (says.length === 1) return <Text of={says[0] ?? ""} />;
  return (
    <ul className={classes.items}>
      {Object.entries(says).map(([place, one]) => (
        <li key={place}>{one}</li>
      ))}
    </ul>
  );
}

/** A certificate, say, scrolls by itself. */
function Text({ of }: { of: string }) {
  if (of.length < LONG) return of;
  return (
    <ScrollRegion className={classes.long} label={`${of.slice(0, 30)}…`}>
      {of}
    </ScrollRegion>
  );
}

function said(kind: AuditValue["kind"], text: string, timeZone: string): string {
  switch (kind) {
    case "moment":
      return dateTime(text, timeZone);
    case "day":
      return fullDay(text);
    case "duration":
      return duration(Number(text));
    default:
      return text;
  }
}
