import { useElementSize } from "@mantine/hooks";
import { type PointerEvent, useMemo, useState } from "react";
import {
  CartesianGrid,
  ScatterChart as Chart,
  ResponsiveContainer,
  usePlotArea,
  useXAxisScale,
  useYAxisScale,
  XAxis,
  YAxis,
} from "recharts";
import { duration, logDurationTicks, shortDuration } from "../ui/durations";
import type { Across } from "./across";
import classes from "./charts.module.css";
import { type Dot, dotsPath, nearestDot } from "./geometry";
import { AXIS } from "./palette";

/** Below this a duration is drawn at the axis: a logarithm knows no zero. */
const LEAST_SECONDS = 60;
const REACH_PIXELS = 24;
/** Beside the plot, where the lines are named. */
const LINE_NAME_WIDTH = 92;
const NARROW = 500;
const AXIS_WIDTH = 58;
/** Above this many, dots are paler, so that where they crowd can be seen. */
const CROWD = 600;

/** What is drawn of one thing: `x` is its place across, `said` what the tip tells of it, once it is asked for. */
export type Plotted = {
  id: number;
  x: number;
  seconds: number;
  /** It stands out. */
  marked?: boolean;
  said: () => string[];
};
export type Line = { name: string; seconds: number; dashed: boolean };
type Over = { point: Plotted; dot: Dot };

/** Dots at their durations, upward on a logarithmic scale; what stands across is the caller's. */
export default function ScatterChart({
  points,
  across,
  lines,
  onOpen,
}: {
  points: Plotted[];
  across: Across;
  lines: Line[];
  onOpen: (id: number) => void;
}) {
  const [over, setOver] = useState<Over | null>(null);
  const { ref, width } = useElementSize();
  const narrow = width < NARROW;
  const right = narrow ? 8 : LINE_NAME_WIDTH;
  const { domain, ticks, name } = across(width - AXIS_WIDTH - right);
  const yDomain = useMemo(() => {
    const seconds = [...points, ...lines].map((one) => Math.max(LEAST_SECONDS, one.seconds));
    return [Math.min(...seconds, 3600) * 0.8, Math.max(...seconds, 86_400) * 1.25] as const;
  }, [points, lines]);

  return (
    <figure className={classes.figure}>
      <div className={classes.holder} ref={ref}>
        <ResponsiveContainer width="100%" height={340}>
          <Chart margin={{ top: 8, right, bottom: 0, left: 0 }}>
            <CartesianGrid vertical={false} stroke="var(--hairline)" />
            <XAxis
              {...AXIS}
              type="number"
              dataKey="x"
              domain={[...domain]}
              ticks={ticks}
              interval={0}
              allowDataOverflow
              tickFormatter={name}
            />
            <YAxis
              {...AXIS}
              type="number"
              dataKey="y"
              scale="log"
              domain={[...yDomain]}
              ticks={logDurationTicks(...yDomain)}
              allowDataOverflow
              axisLine={false}
              width={AXIS_WIDTH}
              tickFormatter={shortDuration}
            />
            <Dots
              points={points}
              lines={lines}
              narrow={narrow}
              over={over}
              onOver={setOver}
              onOpen={onOpen}
            />
          </Chart>
        </ResponsiveContainer>
        {over && <PointTip over={over} width={width} />}
      </div>
    </figure>
  );
}

function Dots({
  points,
  lines,
  narrow,
  over,
  onOver,
  onOpen,
}: {
  points: Plotted[];
  lines: Line[];
  narrow: boolean;
  over: Over | null;
  onOver: (over: Over | null) => void;
  onOpen: (id: number) => void;
}) {
  const area = usePlotArea();
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  const dots = useMemo(() => {
    if (!xScale || !yScale) return [];
    return points.map((point) => ({
      x: xScale(point.x) ?? 0,
      y: yScale(Math.max(LEAST_SECONDS, point.seconds)) ?? 0,
      marked: point.marked ?? false,
    }));
  }, [points, xScale, yScale]);
  const [plain, marked] = useMemo(
    () => [false, true].map((is) => dotsPath(dots.filter((dot) => dot.marked === is))),
    [dots],
  );
  if (!area || !yScale) return null;

  const find = (event: PointerEvent<SVGRectElement>): Over | null => {
    const svg = event.currentTarget.ownerSVGElement?.getBoundingClientRect();
    if (!svg) return null;
    const at = { x: event.clientX - svg.left, y: event.clientY - svg.top };
    const index = nearestDot(dots, at, REACH_PIXELS);
    const point = index === null ? undefined : points[index];
    const dot = index === null ? undefined : dots[index];
    return point && dot ? { point, dot } : null;
  };

  return (
    <g>
      <path className={classes.dots} data-crowded={points.length > CROWD || undefined} d={plain} />
      {marked && <path className={classes.dots} data-marked d={marked} />}
      {lines.map((line) => {
        const y = yScale(line.seconds);
        if (y === undefined) return null;
        return (
          <g key={line.name}>
            <line
              className={classes.line}
              data-dashed={line.dashed || undefined}
              x1={area.x}
              x2={area.x + area.width}
              y1={y}
              y2={y}
            />
            <text
              className={classes.lineName}
              x={area.x + area.width + (narrow ? -2 : 6)}
              y={narrow ? y - 5 : y + 4}
              textAnchor={narrow ? "end" : "start"}
            >
              {line.name} {duration(line.seconds)}
            </text>
          </g>
        );
      })}
      {over && <circle className={classes.ring} cx={over.dot.x} cy={over.dot.y} r={5} />}
      {/* The same things can be opened by keyboard from the table. */}
      <rect
        className={classes.catcher}
        data-over={over !== null || undefined}
        x={area.x}
        y={area.y}
        width={area.width}
        height={area.height}
        onPointerMove={(event) => onOver(find(event))}
        onPointerLeave={() => onOver(null)}
        onPointerUp={(event) => {
          const found = find(event);
          if (found) onOpen(found.point.id);
        }}
      />
    </g>
  );
}

function PointTip({ over: { point, dot }, width }: { over: Over; width: number }) {
  const style =
    dot.x > width / 2
      ? { right: width - dot.x + 12, top: dot.y + 12 }
      : { left: dot.x + 12, top: dot.y + 12 };
  return (
    <div className={`${classes.tip} ${classes.floating}`} style={style}>
      <strong>{duration(point.seconds)}</strong>
      {point.said().map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  );
}
