import type { Bucket } from "../api/types";
import { shortDuration } from "../ui/durations";

/** "< 1 h", "1 – 4 h", "12 h – 1 d", "> 30 d" */
export function bucketName({ from_seconds: from, to_seconds: to }: Bucket): string {
  if (to === null) return `over ${shortDuration(from)}`;
  if (from === 0) return `under ${shortDuration(to)}`;
  const [first, second] = [shortDuration(from), shortDuration(to)];
  const [value, unit] = first.split(" ");
  return second.endsWith(` ${unit}`) ? `${value} – ${second}` : `${first} – ${second}`;
}
