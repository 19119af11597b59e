import { createColumnHelper, metaHelper, tableFeatures, useTable } from "@tanstack/react-table";
import type { ReactNode } from "react";
import { useMemo } from "react";
import type { PullRequestRow } from "../../api/types";
import { STAGES } from "../../charts/palette";
import { ariaSort, meansRow, RowName, SortButton } from "../../ui/DataTable";
import shared from "../../ui/DataTable.module.css";
import { dateTime, dayOf, fullDay } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { count } from "../../ui/numbers";
import classes from "./Rows.module.css";
import { StageBar } from "./StageBar";
import type { Sort } from "./search";

type Meta = { numeric?: boolean; sort?: Sort; narrow?: boolean };

const features = tableFeatures({ columnMeta: metaHelper<Meta>() });
const helper = createColumnHelper<typeof features, PullRequestRow>();

const absent = <span className={classes.absent}>–</span>;

function seconds(value: number | null): ReactNode {
  return value === null ? absent : duration(value);
}

function columnsOf(state: "merged" | "open", timeZone: string, onOpen: (id: number) => void) {
  const title = helper.accessor("title", {
    header: "Pull request",
    meta: { sort: "title", narrow: true },
    cell: ({ row: { original: row } }) => (
      <RowName
        name={row.title}
        where={`${row.repository} #${row.number}`}
        onOpen={() => onOpen(row.id)}
      />
    ),
  });
  const author = helper.accessor("author", {
    header: "Author",
    meta: { sort: "author" },
    cell: ({ getValue }) => getValue() ?? <span className={classes.absent}>deleted account</span>,
  });
  const firstReview = helper.accessor("first_review_seconds", {
    header: "First review",
    meta: { numeric: true, sort: "time_to_first_review" },
    cell: ({ getValue }) => seconds(getValue()),
  });
  const size = helper.accessor("size_lines", {
    header: "Lines",
    meta: { numeric: true, sort: "size" },
    cell: ({ getValue }) => {
      const lines = getValue();
      return lines === null ? absent : count(lines);
    },
  });
  const reviews = helper.accessor("review_count", {
    header: "Reviews",
    meta: { numeric: true, sort: "reviews" },
    cell: ({ getValue }) => count(getValue()),
  });
  const day = (instant: string) => (
    <time dateTime={instant} title={dateTime(instant, timeZone)}>
      {fullDay(dayOf(instant, timeZone))}
    </time>
  );
  if (state === "open") {
    return helper.columns([
      title,
      author,
      helper.accessor("opened_at", {
        header: "Opened",
        meta: { sort: "opened_at" },
        cell: ({ getValue }) => day(getValue()),
      }),
      helper.accessor("stage", {
        header: "Stands in",
        meta: { narrow: true },
        cell: ({ row: { original: row } }) => <StandsIn row={row} day={day} />,
      }),
      firstReview,
      size,
      reviews,
    ]);
  }
  return helper.columns([
    title,
    author,
    helper.accessor("merged_at", {
      header: "Merged",
      meta: { sort: "merged_at" },
      cell: ({ getValue }) => {
        const instant = getValue();
        return instant === null ? absent : day(instant);
      },
    }),
    helper.accessor("cycle_seconds", {
      header: "Cycle time",
      meta: { numeric: true, sort: "cycle_time", narrow: true },
      cell: ({ getValue }) => <strong>{seconds(getValue())}</strong>,
    }),
    helper.display({
      id: "stages",
      header: "Stages",
      cell: ({ row }) => <StageBar of={row.original} />,
    }),
    firstReview,
    size,
    reviews,
  ]);
}

function StandsIn({ row, day }: { row: PullRequestRow; day: (instant: string) => ReactNode }) {
  const stage = STAGES.find((candidate) => candidate.key === row.stage);
  if (stage === undefined) return absent;
  return (
    <span>
      <i className={classes.swatch} style={{ background: stage.colour }} />
      {stage.name}
      {row.stage_since && <span className={classes.since}> since {day(row.stage_since)}</span>}
    </span>
  );
}

/** One page of the table. A row opens its pull request; so does the button in it, by keyboard. */
export default function Rows({
  rows,
  state,
  sort,
  timeZone,
  stale,
  onSort,
  onOpen,
}: {
  rows: PullRequestRow[];
  state: "merged" | "open";
  sort: string;
  timeZone: string;
  stale: boolean;
  onSort: (sort: string) => void;
  onOpen: (id: number) => void;
}) {
  const columns = useMemo(() => columnsOf(state, timeZone, onOpen), [state, timeZone, onOpen]);
  const table = useTable({ features, columns, data: rows, getRowId: (row) => String(row.id) });
  return (
    <div className={`${shared.holder} ${shared.scroll}`} data-stale={stale || undefined}>
      <table className={`${shared.table} ${classes.table}`} data-opens>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => {
                const meta = header.column.columnDef.meta;
                return (
                  <th
                    key={header.id}
                    scope="col"
                    data-numeric={meta?.numeric || undefined}
                    data-narrow={meta?.narrow || undefined}
                    aria-sort={meta?.sort && ariaSort(sort, meta.sort)}
                  >
                    {meta?.sort ? (
                      <SortButton column={meta.sort} sort={sort} onSort={onSort}>
                        <table.FlexRender header={header} />
                      </SortButton>
                    ) : (
                      <table.FlexRender header={header} />
                    )}
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id} onClick={(event) => meansRow(event) && onOpen(row.original.id)}>
              {row.getAllCells().map((cell) => {
                const meta = cell.column.columnDef.meta;
                return (
                  <td
                    key={cell.id}
                    data-numeric={meta?.numeric || undefined}
                    data-narrow={meta?.narrow || undefined}
                  >
                    <table.FlexRender cell={cell} />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
