import { useElementSize } from "@mantine/hooks";
import { type PointerEvent, useState } from "react";
import chart from "../../charts/charts.module.css";
import { dayTicks } from "../../charts/geometry";
import { addDays, dayRange, shortDay } from "../../ui/dates";
import { count, percent } from "../../ui/numbers";
import classes from "./HeatMap.module.css";
import {
  type Cell,
  type Columns,
  columnOf,
  columnsOf,
  type DayCount,
  HEAT_STEPS,
  heatStep,
  inColumns,
} from "./heat";

export type HeatRow = { key: string; name: string; where: string; days: DayCount[] };

type Over = { row: HeatRow; start: string; cell: Cell; left: number; top: number };

/** Pixels. Across, the unit is a column, whatever its width. */
const ROW = 30;
const GAP = 4;
const LEAST_FILL = 3;
const CELL = 0.84;
const TICK_ROOM = 70;

/** Rows by days. A cell's filled part is the share that failed, so that its colour says nothing by itself. */
export default function HeatMap({
  rows,
  range,
  since,
}: {
  rows: HeatRow[];
  range: { from: string; to: string };
  /** Days before are older than what is kept: there is no ground under them. */
  since?: string | undefined;
}) {
  const { ref, width } = useElementSize();
  const [over, setOver] = useState<Over | null>(null);
  const columns = columnsOf(range.from, range.to);
  const size = columns.starts.length;
  const known = since === undefined ? 0 : columnOf(since, columns);
  const height = rows.length * ROW;
  const cells = rows.map((row) => inColumns(row.days, columns));

  const find = (event: PointerEvent<SVGSVGElement>): Over | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * size);
    const line = Math.floor((event.clientY - box.top) / ROW);
    const [row, cell, start] = [rows[line], cells[line]?.[place], columns.starts[place]];
    if (!row || !cell || !start) return null;
    return { row, start, cell, left: (place + 0.5) / size, top: (line + 1) * ROW };
  };

  return (
    <figure className={chart.figure}>
      <Legend hidden={cells.flat().some((cell) => cell?.hidden && cell.n === 0)} />
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
          <svg
            className={classes.cells}
            height={height}
            viewBox={`0 0 ${size} ${height}`}
            preserveAspectRatio="none"
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
                over={over?.row === rows[place] ? over?.start : undefined}
                columns={columns}
                known={known}
              />
            ))}
          </svg>
          <Days columns={columns} width={width} />
          {over && <Tip over={over} columns={columns} />}
        </div>
      </div>
    </figure>
  );
}

function Line({
  cells,
  top,
  over,
  columns,
  known,
}: {
  cells: (Cell | null)[];
  top: number;
  over: string | undefined;
  columns: Columns;
  /** The first column of which something is kept. */
  known: number;
}) {
  const high = ROW - GAP;
  return (
    <g>
      <line
        className={classes.ground}
        x1={known}
        x2={cells.length}
        y1={top + high}
        y2={top + high}
      />
      {cells.map((cell, x) => {
        const start = columns.starts[x];
        if (cell === null) return null;
        const isKnown = cell.n > 0;
        const share = isKnown ? cell.failed / cell.n : 0;
        const filled = share === 0 ? 0 : Math.max(LEAST_FILL, share * high);
        return (
          <g key={start} data-over={over === start || undefined} className={classes.cell}>
            <rect
              className={isKnown ? classes.ran : classes.hidden}
              x={x}
              y={top}
              width={CELL}
              height={high}
            />
            {filled > 0 && (
              <rect
                className={classes.failed}
                data-step={heatStep(share)}
                x={x}
                y={top + high - filled}
                width={CELL}
                height={filled}
              />
            )}
          </g>
        );
      })}
    </g>
  );
}

/** As many days as there is room to name. */
function Days({ columns: { starts, step }, width }: { columns: Columns; width: number }) {
  const most = Math.max(2, Math.floor(width / TICK_ROOM));
  const ticks = dayTicks(starts.length * step, most).filter((day) => day % step === 0);
  return (
    <ol className={classes.days} aria-hidden>
      {ticks.map((day) => {
        const left = day / step / starts.length;
        const start = starts[day / step];
        if (start === undefined || left * width > width - TICK_ROOM / 2) return null;
        return (
          <li key={start} style={{ left: `${left * 100}%` }}>
            {shortDay(start)}
          </li>
        );
      })}
    </ol>
  );
}

function Tip({ over, columns: { step, to } }: { over: Over; columns: Columns }) {
  const { row, start, cell, left, top } = over;
  const after = addDays(start, step);
  const side =
    left > 0.5
      ? { right: `calc(${(1 - left) * 100}% + 8px)` }
      : { left: `calc(${left * 100}% + 8px)` };
  return (
    <div className={`${chart.tip} ${chart.floating}`} style={{ ...side, top }}>
      {cell.n > 0 ? (
        <>
          <strong>{percent(cell.failed / cell.n)} failed</strong>
          <p>
            {count(cell.failed)} of {count(cell.n)} that failed or succeeded
          </p>
          {cell.hidden && <p>without days of too few people</p>}
        </>
      ) : (
        <strong>hidden: too few people</strong>
      )}
      <p>
        {row.name}, {row.where}
      </p>
      <p>{dayRange(start, after < to ? after : to)}</p>
    </div>
  );
}

function Legend({ hidden }: { hidden: boolean }) {
  const names = HEAT_STEPS.map((end, place) => {
    const from = HEAT_STEPS[place - 1] ?? 0;
    return { step: place + 1, end, name: `${Math.round(from * 100)} – ${percent(end)}` };
  });
  return (
    <ul className={`${chart.legend} ${classes.legend}`} aria-label="Share that failed">
      <li>
        <i className={classes.swatch} />
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
      {hidden && (
        <li>
          <i className={`${classes.swatch} ${classes.kept}`} />
          hidden: too few people
        </li>
      )}
    </ul>
  );
}
