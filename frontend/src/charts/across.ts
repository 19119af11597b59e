import { addDays, dayOf, daysBetween, shortDay, startOfDay } from "../ui/dates";
import { dayTicks } from "./geometry";

/** What stands across a picture that is so many pixels wide: from where to where, and what is named. */
export type Across = (width: number) => {
  domain: readonly [number, number];
  ticks: number[];
  name: (tick: number) => string;
};

const TICK_PIXELS = 110;

/** The days of a half-open range; places are instants in milliseconds. */
export function acrossDays(range: { from: string; to: string; time_zone: string }): Across {
  const zone = range.time_zone;
  const days = daysBetween(range.from, range.to);
  return (width) => ({
    domain: [startOfDay(range.from, zone), startOfDay(range.to, zone)],
    ticks: dayTicks(days, Math.min(8, Math.max(3, Math.floor(width / TICK_PIXELS)))).map((day) =>
      startOfDay(addDays(range.from, day), zone),
    ),
    name: (at) => shortDay(dayOf(new Date(at).toISOString(), zone)),
  });
}
