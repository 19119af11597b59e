/** Durations as a person says them. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Step = { size: number; unit: string };

const STEPS: [Step, Step][] = [
  [
    { size: DAY, unit: "d" },
    { size: HOUR, unit: "h" },
  ],
  [
    { size: HOUR, unit: "h" },
    { size: MINUTE, unit: "min" },
  ],
];

/** "45 s", "12 min", "3 h 20 min", "1 d 4 h", "16 d": two units at most, one where the second says nothing. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < MINUTE) return `${whole} s`;
  if (Math.round(whole / MINUTE) < 60) return `${Math.round(whole / MINUTE)} min`;
  for (const [large, small] of STEPS) {
    // Rounded to the smaller unit first, so that 23 h 59 min 40 s becomes a day and not "24 h".
    const rounded = Math.round(whole / small.size) * small.size;
    if (rounded < large.size) continue;
    const first = Math.floor(rounded / large.size);
    const second = Math.round((rounded - first * large.size) / small.size);
    if (second === 0 || first >= 10) return `${Math.round(whole / large.size)} ${large.unit}`;
    return `${first} ${large.unit} ${second} ${small.unit}`;
  }
  return `${whole} s`;
}

/** One unit, for axes: "30 min", "4 h", "2 d". */
export function shortDuration(seconds: number): string {
  if (seconds === 0) return "0";
  if (seconds < MINUTE) return `${Math.round(seconds)} s`;
  if (seconds < HOUR) return `${trim(seconds / MINUTE)} min`;
  if (seconds < 2 * DAY)
    return seconds % DAY === 0 && seconds > 0 ? `${seconds / DAY} d` : `${trim(seconds / HOUR)} h`;
  return `${trim(seconds / DAY)} d`;
}

function trim(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Round values for a linear axis of durations from 0 to at least `largest`, in steps a person counts in. */
export function durationTicks(largest: number): number[] {
  const steps = [
    1,
    5,
    15,
    30,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    5 * DAY,
    10 * DAY,
    20 * DAY,
    50 * DAY,
    100 * DAY,
    200 * DAY,
  ];
  const step = steps.find((candidate) => largest / candidate <= 4.5) ?? 500 * DAY;
  const count = Math.max(1, Math.ceil(largest / step));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** Ticks of a logarithmic axis of durations between two values. */
export function logDurationTicks(smallest: number, largest: number): number[] {
  const all = [
    1,
    10,
    MINUTE,
    10 * MINUTE,
    HOUR,
    4 * HOUR,
    DAY,
    4 * DAY,
    14 * DAY,
    60 * DAY,
    365 * DAY,
  ];
  return all.filter((tick) => tick >= smallest && tick <= largest);
}
