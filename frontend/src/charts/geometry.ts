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
