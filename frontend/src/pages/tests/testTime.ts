import { duration } from "../../ui/durations";

/** The time of a test, which is often less than a second: "340 ms", "1.2 s", "3 min". */
export function testTime(seconds: number | null): string {
  if (seconds === null) return "–";
  if (seconds >= 60) return duration(seconds);
  if (Math.round(seconds * 1000) < 1000) return `${Math.round(seconds * 1000)} ms`;
  return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}
