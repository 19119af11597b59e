const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** "312 B", "4.2 kB", "1.3 GB": by thousands, two figures at least. */
export function bytes(size: number): string {
  let power = 0;
  let value = size;
  // 999.95 would be said as 1,000.
  while (value >= (power === 0 ? 1000 : 999.5) && power < UNITS.length - 1) {
    value /= 1000;
    power += 1;
  }
  const digits = power === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[power]}`;
}

/** "40 MB": as short as an axis wants it, and in one line. */
export function axisBytes(size: number): string {
  return bytes(size).replace(".0 ", " ").replace(" ", "\u00a0");
}

/** Whole steps of an axis up to a largest size: at most five, each 1, 2 or 5 times a power of ten. */
export function byteTicks(largest: number): number[] {
  const rough = Math.max(largest, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? rough;
  const ticks = [];
  for (let tick = 0; tick < largest + step; tick += step) ticks.push(tick);
  return ticks;
}
