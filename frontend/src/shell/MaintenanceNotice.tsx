import { useQuery } from "@tanstack/react-query";
import { statusQuery } from "../api/queries";
import { dateTime, zoneName } from "../ui/dates";
import classes from "./Shell.module.css";

/** That Plumbline will close, or that it is closed and this reader is let in. */
export function MaintenanceNotice({ timeZone }: { timeZone: string }) {
  const maintenance = useQuery(statusQuery).data?.maintenance;
  if (!maintenance) return null;
  const when = `${dateTime(maintenance.closes_at, timeZone)} (${zoneName(timeZone)})`;
  return (
    <aside className={classes.maintenance} aria-label="Maintenance">
      <span>
        {maintenance.is_closed
          ? `Closed for maintenance since ${when}; your address is let in.`
          : `Plumbline closes for maintenance on ${when}.`}{" "}
        {maintenance.message}
      </span>
    </aside>
  );
}
