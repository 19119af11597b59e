import { sparkPath } from "./geometry";
import classes from "./Sparkline.module.css";

const WIDTH = 120;
const HEIGHT = 28;

/** How a figure went, week by week: a line that breaks where a week has none. Its numbers stand in the chart's table. */
export function Sparkline({ values, label }: { values: (number | null)[]; label: string }) {
  const { line, last } = sparkPath(values, WIDTH, HEIGHT);
  if (line === "") return null;
  return (
    <svg
      className={classes.spark}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path className={classes.line} d={line} />
      {last && <path className={classes.dot} d={`M${last.x} ${last.y}h0`} />}
    </svg>
  );
}
