import { addDays, daysBetween } from "../../ui/dates";

/** Arithmetic behind the heat map: which columns a range has, what falls into each, and how dark it is. */

/** What ended on one day: `n` of them failed or succeeded. Hidden: of too few people, so nothing is known. */
export type DayCount = { day: string; n: number; failed: number; hidden: boolean };

/** Hidden: so are some of its days, which are in no count. */
export type Cell = Omit<DayCount, "day">;

/** A half-open range in columns of `step` days each; the last may be cut short. */
export type Columns = { from: string; to: string; starts: string[]; step: number };

const MOST_COLUMNS = 100;
const WEEK = 7;

/** Days while they can be told apart, weeks from the range's first day otherwise. */
export function columnsOf(from: string, to: string): Columns {
  const days = daysBetween(from, to);
  const step = days <= MOST_COLUMNS ? 1 : WEEK;
  const starts = Array.from({ length: Math.ceil(days / step) }, (_, place) =>
    addDays(from, place * step),
  );
  return { from, to, starts, step };
}

/** The place of the column that a day of the range is in. */
export function columnOf(day: string, { from, step }: Columns): number {
  return Math.floor(daysBetween(from, day) / step);
}

/** The counts of each column, added up; null where nothing ended. What lies outside of the range is left out. */
export function inColumns(counts: readonly DayCount[], columns: Columns) {
  const { from, to, starts } = columns;
  const cells: (Cell | null)[] = starts.map(() => null);
  for (const { day, n, failed, hidden } of counts) {
    if ((n === 0 && !hidden) || day < from || day >= to) continue;
    const place = columnOf(day, columns);
    const before = cells[place] ?? { n: 0, failed: 0, hidden: false };
    cells[place] = {
      n: before.n + n,
      failed: before.failed + failed,
      hidden: before.hidden || hidden,
    };
  }
  return cells;
}

/** Upper ends of the steps that have a colour of their own, as shares; 0 has the colour of success. */
export const HEAT_STEPS = [0.1, 0.25, 0.5, 1] as const;

/** 0 where nothing failed, else the step that the share falls into, from 1. */
export function heatStep(share: number): number {
  if (share <= 0) return 0;
  return HEAT_STEPS.findIndex((end) => share <= end) + 1 || HEAT_STEPS.length;
}
