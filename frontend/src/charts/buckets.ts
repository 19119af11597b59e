import type { Bucket } from "../api/types";
import { duration } from "../ui/durations";

/** "under 1 h", "1 – 2 h", "16 h – 1 d 8 h", "over 42 d" */
export function bucketName({ from_seconds: from, to_seconds: to }: Bucket): string {
  if (to === null) return `over ${duration(from)}`;
  if (from === 0) return `under ${duration(to)}`;
  const [first, second] = [duration(from), duration(to)];
  const [value, unit, ...more] = first.split(" ");
  const sameUnit =
    more.length === 0 && second.split(" ").length === 2 && second.endsWith(` ${unit}`);
  return sameUnit ? `${value} – ${second}` : `${first} – ${second}`;
}

/** Without the empty buckets at both ends; those in between stay. */
export function withoutEmptyEnds(buckets: Bucket[]): Bucket[] {
  const first = buckets.findIndex((bucket) => bucket.n > 0);
  const last = buckets.findLastIndex((bucket) => bucket.n > 0);
  return first === -1 ? [] : buckets.slice(first, last + 1);
}
