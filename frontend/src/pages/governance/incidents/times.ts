import { clockTime, dayOf, startOfDay } from "../../../ui/dates";

/** What a field for a day and time holds, in the organisation's time zone: "2026-03-02T12:00". */
export function fieldOf(instant: string, timeZone: string): string {
  return `${dayOf(instant, timeZone)}T${clockTime(instant, timeZone)}`;
}

/** The instant that such a field means. */
export function instantOf(field: string, timeZone: string): string {
  const wall = Date.parse(`${field}Z`);
  const day = Date.parse(`${field.slice(0, 10)}T00:00:00Z`);
  const guess = startOfDay(field.slice(0, 10), timeZone) + (wall - day);
  // On the day of a clock change the hours since midnight are one more or less.
  const shown = Date.parse(`${fieldOf(new Date(guess).toISOString(), timeZone)}Z`);
  return new Date(guess + wall - shown).toISOString();
}

/** "in 71 h 20 min", "3 h 5 min ago" */
export function hours(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000);
  const days = Math.floor(minutes / 1440);
  if (days >= 4) return `${days} days`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
