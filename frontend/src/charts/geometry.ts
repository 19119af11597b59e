/** Pure arithmetic behind the pictures. */

/** Interpolated like SQL's percentile_cont; null of nothing. `sorted` ascends. */
export function percentile(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? 0;
  const above = sorted[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
}

export type Dot = { x: number; y: number };

/** All dots as one path of zero-length strokes: round caps draw them, and thousands cost one element. */
export function dotsPath(dots: readonly Dot[]): string {
  return dots.map(({ x, y }) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join("");
}

/** Index of the dot nearest to a place, or null where none is within `reach` pixels. */
export function nearestDot(dots: readonly Dot[], at: Dot, reach: number): number | null {
  let found: number | null = null;
  let closest = reach * reach;
  dots.forEach((dot, index) => {
    const distance = (dot.x - at.x) ** 2 + (dot.y - at.y) ** 2;
    if (distance <= closest) {
      closest = distance;
      found = index;
    }
  });
  return found;
}

/** Days at which an axis of a half-open range carries a name: at most `most`, evenly spaced. */
export function dayTicks(days: number, most: number): number[] {
  const steps = [1, 2, 7, 14, 28, 56, 91, 182, 365];
  const step = steps.find((candidate) => days / candidate <= most) ?? 730;
  const ticks: number[] = [];
  for (let day = 0; day < days; day += step) ticks.push(day);
  return ticks;
}

/** A line through values in a box, from 0 at its foot; broken where there is none. `last` is where the last one stands. */
export function sparkPath(
  values: readonly (number | null)[],
  width: number,
  height: number,
): { line: string; last: Dot | null } {
  const largest = Math.max(0, ...values.map((value) => value ?? 0)) || 1;
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  let line = "";
  let last: Dot | null = null;
  let drawing = false;
  values.forEach((value, index) => {
    if (value === null) {
      drawing = false;
      return;
    }
    const x = Number((index * step).toFixed(1));
    const y = Number((height - (value / largest) * height).toFixed(1));
    // A week between two without a figure is a dot: a line of no length.
    line += drawing ? `L${x} ${y}` : `M${x} ${y}h0`;
    drawing = true;
    last = { x, y };
  });
  return { line, last };
}
