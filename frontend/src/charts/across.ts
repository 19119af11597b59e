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
    ticks: dayTicks(days, Math.min(8, Math.max(4, Math.floor(width / TICK_PIXELS)))).map((day) =>
      startOfDay(addDays(range.from, day), zone),
    ),
    name: (at) => shortDay(dayOf(new Date(at).toISOString(), zone)),
  });
}

const LETTER_PIXELS = 7;

/** Things by name, each over its own part; what does not fit there is cut. */
export function acrossNames(names: readonly string[]): Across {
  return (width) => ({
    domain: [-0.5, names.length - 0.5],
    ticks: names.map((_, place) => place),
    name: (place) => cut(names[place] ?? "", Math.floor(width / names.length / LETTER_PIXELS)),
  });
}

function cut(name: string, letters: number): string {
  return name.length <= letters ? name : `${name.slice(0, Math.max(1, letters - 1)).trimEnd()}…`;
}
