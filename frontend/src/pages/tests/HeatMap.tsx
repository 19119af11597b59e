import { useElementSize } from "@mantine/hooks";
import { type PointerEvent, useState } from "react";
import chart from "../../charts/charts.module.css";
import { dayTicks } from "../../charts/geometry";
import { addDays, dayRange, shortDay } from "../../ui/dates";
import { count, percent } from "../../ui/numbers";
import classes from "./HeatMap.module.css";
import { type Columns, columnsOf, type DayCount, HEAT_STEPS, heatStep, inColumns } from "./heat";

export type HeatRow = { key: string; name: string; where: string; days: DayCount[] };

type Cell = { n: number; failed: number };
type Over = { row: HeatRow; start: string; cell: Cell; x: number; y: number };

const ROW = 30;
const GAP = 4;
const LEAST_FILL = 3;
const TICK_ROOM = 70;

/** Rows by days. A cell's filled part is the share that failed, so that its colour says nothing by itself. */
export default function HeatMap({
  rows,
  range,
}: {
  rows: HeatRow[];
  range: { from: string; to: string };
}) {
  const { ref, width } = useElementSize();
  const [over, setOver] = useState<Over | null>(null);
  const columns = columnsOf(range.from, range.to);
  const size = width / columns.starts.length;
  const height = rows.length * ROW;
  const cells = rows.map((row) => inColumns(row.days, columns));

  const find = (event: PointerEvent<SVGSVGElement>): Over | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = { x: event.clientX - box.left, y: event.clientY - box.top };
    const [place, line] = [Math.floor(at.x / size), Math.floor(at.y / ROW)];
    const [row, cell, start] = [rows[line], cells[line]?.[place], columns.starts[place]];
    if (!row || !cell || !start) return null;
    return { row, start, cell, x: (place + 0.5) * size, y: (line + 1) * ROW };
  };

  return (
    <figure className={chart.figure}>
      <Legend />
      <div className={classes.map}>
        <ol className={classes.names}>
          {rows.map((row) => (
            <li key={row.key} title={`${row.name}, ${row.where}`}>
              <span className={classes.name}>{row.name}</span>
              <span className={classes.where}>{row.where}</span>
            </li>
          ))}
        </ol>
        <div className={classes.plot} ref={ref}>
          {width > 0 && (
            <svg
              width={width}
              height={height + 22}
              role="img"
              aria-label="Share of failed runs by workflow and day. The same stands in the table, which the button above shows."
              onPointerMove={(event) => setOver(find(event))}
              onPointerLeave={() => setOver(null)}
            >
              {cells.map((line, place) => (
                <Line
                  key={rows[place]?.key}
                  cells={line}
                  top={place * ROW}
                  size={size}
                  over={over?.row === rows[place] ? over?.start : undefined}
                  columns={columns}
                />
              ))}
              <Days columns={columns} size={size} top={height} width={width} />
            </svg>
          )}
          {over && <Tip over={over} step={columns.step} width={width} end={range.to} />}
        </div>
      </div>
    </figure>
  );
}

function Line({
  cells,
  top,
  size,
  over,
  columns,
}: {
  cells: (Cell | null)[];
  top: number;
  size: number;
  over: string | undefined;
  columns: Columns;
}) {
  const wide = Math.max(1, size - (size > 6 ? 2 : 0.5));
  const high = ROW - GAP;
  return (
    <g>
      <line
        className={classes.ground}
        x1={0}
        x2={size * cells.length}
        y1={top + high}
        y2={top + high}
      />
      {cells.map((cell, place) => {
        const start = columns.starts[place];
        if (cell === null) return null;
        const share = cell.failed / cell.n;
        const filled = share === 0 ? 0 : Math.max(LEAST_FILL, share * high);
        const x = place * size;
        return (
          <g key={start} data-over={over === start || undefined} className={classes.cell}>
            <rect className={classes.ran} x={x} y={top} width={wide} height={high} />
            {filled > 0 && (
              <rect
                className={classes.failed}
                data-step={heatStep(share)}
                x={x}
                y={top + high - filled}
                width={wide}
                height={filled}
              />
            )}
          </g>
        );
      })}
    </g>
  );
}

function Days({
  columns,
  size,
  top,
  width,
}: {
  columns: Columns;
  size: number;
  top: number;
  width: number;
}) {
  const most = Math.max(2, Math.floor(width / TICK_ROOM));
  const ticks = dayTicks(columns.starts.length * columns.step, most).filter(
    (day) => day % columns.step === 0,
  );
  return ticks.map((day) => {
    const start = columns.starts[day / columns.step];
    const x = (day / columns.step) * size;
    return start === undefined || x > width - TICK_ROOM / 2 ? null : (
      <text key={start} className={classes.day} x={x} y={top + 14}>
        {shortDay(start)}
      </text>
    );
  });
}

function Tip({ over, step, width, end }: { over: Over; step: number; width: number; end: string }) {
  const { row, start, cell } = over;
  const after = addDays(start, step);
  const style =
    over.x > width / 2
      ? { right: width - over.x + 8, top: over.y }
      : { left: over.x + 8, top: over.y };
  return (
    <div className={`${chart.tip} ${chart.floating}`} style={style}>
      <strong>{percent(cell.failed / cell.n)} failed</strong>
      <p>
        {count(cell.failed)} of {count(cell.n)} that failed or succeeded
      </p>
      <p>
        {row.name}, {row.where}
      </p>
      <p>{dayRange(start, after < end ? after : end)}</p>
    </div>
  );
}

function Legend() {
  const names = HEAT_STEPS.map((end, place) => {
    const from = HEAT_STEPS[place - 1] ?? 0;
    return { step: place + 1, end, name: `${Math.round(from * 100)} – ${percent(end)}` };
  });
  return (
    <ul className={`${chart.legend} ${classes.legend}`} aria-label="Share that failed">
      <li>
        <i className={classes.swatch} data-step={0} />
        none failed
      </li>
      {names.map(({ step, end, name }) => (
        <li key={step}>
          <i className={classes.swatch}>
            <i data-step={step} style={{ height: `${end * 100}%` }} />
          </i>
          {name}
        </li>
      ))}
    </ul>
  );
}
