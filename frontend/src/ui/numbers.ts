const COUNT = new Intl.NumberFormat("en-GB");

/** "12,480" */
export function count(value: number): string {
  return COUNT.format(value);
}

/** "1 week", "2 weeks", "1,204 pull requests" */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A figure said, or null where there is none. */
export function sayOr(
  value: number | null | undefined,
  say: (value: number) => string,
): string | null {
  return value === null || value === undefined ? null : say(value);
}

/** A share as whole per cent, never rounding what is not all to 100 % or what is something to 0 %. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  if (rounded === 100 && share < 1) return "99 %";
  if (rounded === 0 && share > 0) return "<1 %";
  return `${rounded} %`;
}
