import { useEffect, useRef } from "react";

/** The ref of a row of links or tabs that scrolls: what is current stands in sight. */
export function useCurrentShown<Row extends HTMLElement>(current: string) {
  const row = useRef<Row>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is what the row then shows
  useEffect(() => {
    row.current
      ?.querySelector("[aria-current], [aria-selected=true]")
      ?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [current]);
  return row;
}
