const RATE = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
const UNITS = [
  { unit: "a day", days: 1 },
  { unit: "a week", days: 7 },
  { unit: "a month", days: 30 },
] as const;

/** So many a day, a week or a month, whichever says the most: never 0 of what is more than nothing. */
export function frequency(perDay: number): { value: string; unit: string } {
  const found = UNITS.find(({ days }) => perDay * days >= 1) ?? UNITS[2];
  const rate = perDay * found.days;
  const value = rate > 0 && rate < 0.05 ? "<0.1" : RATE.format(rate);
  return { value, unit: found.unit };
}
