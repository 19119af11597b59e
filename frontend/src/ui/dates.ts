/** Days as "YYYY-MM-DD", instants as ISO strings; both shown in a named time zone. */

const LOCALE = "en-GB";
const DAY_MS = 86_400_000;

/** A day's midnight in UTC: calendar arithmetic only, never an instant. */
function calendar(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

export function addDays(day: string, days: number): string {
  return new Date(calendar(day) + days * DAY_MS).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((calendar(to) - calendar(from)) / DAY_MS);
}

export function isDay(text: string): boolean {
  // 30 February parses, as 2 March.
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(calendar(text)) && addDays(text, 0) === text
  );
}

const DAY_MONTH: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", timeZone: "UTC" };
const DAY_MONTH_YEAR: Intl.DateTimeFormatOptions = { ...DAY_MONTH, year: "numeric" };

function formatDay(day: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(LOCALE, options).format(calendar(day));
}

export function shortDay(day: string): string {
  return formatDay(day, DAY_MONTH);
}

/** "Nov 2026", "Oct – Nov 2026" */
export function monthName(first: string, last = first): string {
  const form = { month: "short", year: "numeric", timeZone: "UTC" } as const;
  if (first === last) return formatDay(first, form);
  return new Intl.DateTimeFormat(LOCALE, form).formatRange(calendar(first), calendar(last));
}

export function fullDay(day: string): string {
  return formatDay(day, DAY_MONTH_YEAR);
}

/** A half-open range as a person reads it: both ends included, the year once where it is the same. */
export function dayRange(from: string, to: string): string {
  const last = addDays(to, -1);
  if (from === last) return fullDay(from);
  const first = from.slice(0, 4) === last.slice(0, 4) ? shortDay(from) : fullDay(from);
  return `${first} – ${fullDay(last)}`;
}

/** The day that an instant falls on in a time zone. */
export function dayOf(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone }).format(new Date(instant));
}

export function dateTime(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat(LOCALE, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
  }).format(new Date(instant));
}

export function clockTime(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", timeZone }).format(
    new Date(instant),
  );
}

/** "Europe/Berlin" stays; "Europe/New_York" loses its underscore. */
export function zoneName(timeZone: string): string {
  return timeZone.replaceAll("_", " ");
}

/** The instant, in milliseconds, at which a day begins in a time zone. */
export function startOfDay(day: string, timeZone: string): number {
  const wall = calendar(day);
  const offset = offsetAt(wall, timeZone);
  // Asked again at the answer: the offset may change between the two on the day of a clock change.
  return wall - offsetAt(wall - offset, timeZone);
}

function offsetAt(instant: number, timeZone: string): number {
  const shown = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "medium",
  }).format(instant);
  return Date.parse(`${shown.replace(" ", "T")}Z`) - Math.floor(instant / 1000) * 1000;
}
