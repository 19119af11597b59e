import { acrossDays } from "./across";
import { percentile } from "./geometry";
import ScatterChart, { type Line, type Plotted } from "./ScatterChart";

/** Dots at instants of a range, with their own percentiles unless these are hidden. */
export default function RangeScatterChart({
  points,
  range,
  hidden,
  onOpen,
}: {
  points: Plotted[];
  range: { from: string; to: string; time_zone: string };
  hidden: boolean;
  onOpen: (id: number) => void;
}) {
  return (
    <ScatterChart
      points={points}
      across={acrossDays(range)}
      lines={hidden ? [] : linesOf(points.map((point) => point.seconds))}
      onOpen={onOpen}
    />
  );
}

function linesOf(seconds: number[]): Line[] {
  const sorted = seconds.sort((one, other) => one - other);
  return [
    { name: "p85", seconds: percentile(sorted, 0.85), dashed: true },
    { name: "p50", seconds: percentile(sorted, 0.5), dashed: false },
  ].flatMap(({ seconds, ...line }) => (seconds === null ? [] : [{ ...line, seconds }]));
}
