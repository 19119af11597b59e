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
import type { ScatterPoint } from "../api/types";
import { addDays, dateTime, dayOf, daysBetween, shortDay, startOfDay } from "../ui/dates";
import { duration, logDurationTicks, shortDuration } from "../ui/durations";
import { counted } from "../ui/numbers";
import classes from "./charts.module.css";
import { type Dot, dayTicks, dotsPath, nearestDot } from "./geometry";
import { AXIS } from "./palette";

/** Below this a cycle time is drawn at the axis: a logarithm knows no zero. */
const LEAST_SECONDS = 60;
const REACH_PIXELS = 24;
/** Beside the plot, where the lines are named. */
const LINE_NAME_WIDTH = 78;
const NARROW = 500;
/** Above this many, dots are paler, so that where they crowd can be seen. */
const CROWD = 600;

type Line = { name: string; seconds: number; dashed: boolean };
type Over = { point: ScatterPoint; dot: Dot };

/** Each merged pull request at its merge (across) and its cycle time (up, logarithmic). */
export default function ScatterChart({
  points,
  range,
  lines,
  onOpen,
}: {
  points: ScatterPoint[];
  range: { from: string; to: string; time_zone: string };
  lines: Line[];
  onOpen: (id: number) => void;
}) {
  const [over, setOver] = useState<Over | null>(null);
  const { ref, width } = useElementSize();
  const narrow = width < NARROW;
  const zone = range.time_zone;
  const days = daysBetween(range.from, range.to);
  const xDomain = [startOfDay(range.from, zone), startOfDay(range.to, zone)];
  const xTicks = dayTicks(days, narrow ? 4 : 8).map((day) =>
    startOfDay(addDays(range.from, day), zone),
  );
  const yDomain = useMemo(() => {
    const seconds = points.map((point) => Math.max(LEAST_SECONDS, point.cycle_seconds));
    return [Math.min(...seconds, 3600) * 0.8, Math.max(...seconds, 86_400) * 1.25] as const;
  }, [points]);

  return (
    <figure className={classes.figure}>
      <div className={classes.holder} ref={ref}>
        <ResponsiveContainer width="100%" height={340}>
          <Chart margin={{ top: 8, right: narrow ? 8 : LINE_NAME_WIDTH, bottom: 0, left: 0 }}>
            <CartesianGrid vertical={false} stroke="var(--hairline)" />
            <XAxis
              {...AXIS}
              type="number"
              dataKey="x"
              domain={xDomain}
              ticks={xTicks}
              allowDataOverflow
              tickFormatter={(at: number) => shortDay(dayOf(new Date(at).toISOString(), zone))}
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
              width={52}
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
        {over && <PointTip over={over} zone={zone} width={width} />}
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
  points: ScatterPoint[];
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
      x: xScale(Date.parse(point.merged_at)) ?? 0,
      y: yScale(Math.max(LEAST_SECONDS, point.cycle_seconds)) ?? 0,
    }));
  }, [points, xScale, yScale]);
  const path = useMemo(() => dotsPath(dots), [dots]);
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
      <path className={classes.dots} data-crowded={points.length > CROWD || undefined} d={path} />
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
      {/* The same pull requests can be opened by keyboard from the table. */}
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

function PointTip({ over, zone, width }: { over: Over; zone: string; width: number }) {
  const { point, dot } = over;
  const style =
    dot.x > width / 2
      ? { right: width - dot.x + 12, top: dot.y + 12 }
      : { left: dot.x + 12, top: dot.y + 12 };
  return (
    <div className={`${classes.tip} ${classes.floating}`} style={style}>
      <strong>{duration(point.cycle_seconds)}</strong>
      <p>{point.title}</p>
      <p>
        {point.repository} #{point.number}
        {point.size_lines !== null && `, ${counted(point.size_lines, "line")}`}
      </p>
      <p>Merged {dateTime(point.merged_at, zone)}</p>
    </div>
  );
}
