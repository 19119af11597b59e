import { percent } from "../../ui/numbers";

/** "↓ 12 %, was 1 d 4 h"; null where either is not known. */
export function comparison(
  now: number | null | undefined,
  before: number | null | undefined,
  say: (value: number) => string,
): string | null {
  if (now === null || now === undefined || before === null || before === undefined) return null;
  const was = `was ${say(before)}`;
  if (before === 0) return was;
  const change = (now - before) / before;
  if (Math.abs(change) < 0.005) return "unchanged";
  return `${change > 0 ? "↑" : "↓"} ${percent(Math.abs(change))}, ${was}`;
}
