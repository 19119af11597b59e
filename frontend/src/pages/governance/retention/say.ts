import { dateTime } from "../../../ui/dates";
import { counted } from "../../../ui/numbers";
import type { Policy, Preview, Rows } from "./queries";

/** "400 days", "Until erased" */
export function period(days: number | null): string {
  return days === null ? "Until erased" : counted(days, "day");
}

/** The sum of what a table of rows tells, and whether some of it is not known for sure. */
export function total(rows: Rows[]): string {
  const unknown = rows.some((one) => one.rows === null);
  const sum = rows.reduce((all, one) => all + (one.rows ?? 0), 0);
  if (unknown) return sum > 0 ? `more than ${counted(sum, "row")}` : "not counted in time";
  if (sum === 0) return "nothing";
  const about = rows.some((one) => one.estimated && one.rows !== 0) ? "about " : "";
  return `${about}${counted(sum, "row")}`;
}

export function oldest({ oldest: at }: Preview, timeZone: string): string | null {
  return at && `The oldest is of ${dateTime(at, timeZone)}.`;
}

/** What may be chosen, in words. */
export function bounds(of: Policy): string {
  const least = `At least ${counted(of.minimum_days, "day")}`;
  const most = of.maximum_days === null ? "" : `, at most ${counted(of.maximum_days, "day")}`;
  return `${least}${most}.`;
}
