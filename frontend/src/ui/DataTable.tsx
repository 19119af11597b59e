import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import type { MouseEvent, ReactNode } from "react";
import classes from "./DataTable.module.css";
import { ScrollRegion } from "./ScrollRegion";

export type DataColumn<Row> = {
  name: string;
  numeric?: boolean;
  /** Shown where there is little room too. */
  narrow?: boolean;
  /** The server's name of what it sorts by; absent: it does not. */
  sort?: string;
  cell: (row: Row) => ReactNode;
};

/** A page of rows that the server sorts. The first column names the row. A leading - of `sort` is downward.
 *
 * With `onOpen` a click on a row opens it; a button in its first column must do so as well, for the keyboard.
 */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  stale,
  sort,
  onSort,
  onOpen,
}: {
  label: string;
  columns: DataColumn<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string | number;
  stale: boolean;
  sort?: string;
  onSort?: (sort: string) => void;
  onOpen?: (row: Row) => void;
}) {
  return (
    <div className={classes.holder} data-stale={stale || undefined}>
      <ScrollRegion label={label} className={classes.scroll}>
        <table className={classes.table} data-opens={onOpen !== undefined || undefined}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th
                  key={column.name}
                  scope="col"
                  data-numeric={column.numeric || undefined}
                  data-narrow={column.narrow || undefined}
                  aria-sort={column.sort ? ariaSort(sort, column.sort) : undefined}
                >
                  {column.sort && onSort ? (
                    <SortButton column={column.sort} sort={sort} onSort={onSort}>
                      {column.name}
                    </SortButton>
                  ) : (
                    column.name
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={rowKey(row)} onClick={(event) => meansRow(event) && onOpen?.(row)}>
                {columns.map((column, place) => {
                  const Cell = place === 0 ? "th" : "td";
                  return (
                    <Cell
                      key={column.name}
                      scope={place === 0 ? "row" : undefined}
                      data-numeric={column.numeric || undefined}
                      data-narrow={column.narrow || undefined}
                    >
                      {column.cell(row)}
                    </Cell>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </div>
  );
}

/** Whether a click within a row is one on the row: no text was marked, and nothing in it was meant. */
export function meansRow({ target }: MouseEvent): boolean {
  const marked = window.getSelection()?.toString();
  return !marked && (target as HTMLElement).closest("button, a") === null;
}

export function ariaSort(sort: string | undefined, column: string) {
  if (sort === column) return "ascending";
  return sort === `-${column}` ? "descending" : "none";
}

export function SortButton({
  column,
  sort,
  onSort,
  children,
}: {
  column: string;
  sort: string | undefined;
  onSort: (sort: string) => void;
  children: ReactNode;
}) {
  const now = ariaSort(sort, column);
  return (
    <button
      type="button"
      className={classes.sort}
      data-active={now !== "none" || undefined}
      onClick={() => onSort(now === "descending" ? column : `-${column}`)}
    >
      {children}
      {now === "ascending" && <IconArrowUp size={12} stroke={2} aria-hidden />}
      {now === "descending" && <IconArrowDown size={12} stroke={2} aria-hidden />}
    </button>
  );
}

/** What names a row: a button that opens it, and where it belongs. */
export function RowName({
  name,
  where,
  onOpen,
}: {
  name: ReactNode;
  where?: ReactNode;
  onOpen: () => void;
}) {
  return (
    <div className={classes.name}>
      <button type="button" className={classes.open} onClick={onOpen}>
        {name}
      </button>
      {where && <span className={classes.where}>{where}</span>}
    </div>
  );
}
