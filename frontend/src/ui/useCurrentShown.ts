import { useEffect, useRef } from "react";

/** The ref of a row of links or tabs that scrolls: what is current stands in sight. */
export function useCurrentShown<Row extends HTMLElement>(current: string) {
  const row = useRef<Row>(null);
  const shown = useRef("");
  useEffect(() => {
    // Once for each: afterwards it stays where people have scrolled it to.
    if (shown.current === current) return;
    shown.current = current;
    row.current
      ?.querySelector("[aria-current], [aria-selected=true]")
      ?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  return row;
}
