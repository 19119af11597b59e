import { type Column, FactTable } from "../ui/FactTable";
import { count } from "../ui/numbers";
import classes from "./PointTable.module.css";

const MOST = 100;

/** The table behind a scatter, the longest first. The first column's cell names a point, and opens it. */
export default function PointTable<P extends { id: number }>({
  name,
  points,
  seconds,
  columns: [first, ...columns],
  more,
  onOpen,
}: {
  /** "longest cycle times" */
  name: string;
  points: P[];
  seconds: (point: P) => number;
  columns: [Column<P>, ...Column<P>[]];
  /** Where all of them stand, if there are more. */
  more: string;
  onOpen: (id: number) => void;
}) {
  const rows = points.toSorted((one, other) => seconds(other) - seconds(one)).slice(0, MOST);
  return (
    <>
      <FactTable
        caption={`The ${count(rows.length)} ${name}`}
        rows={rows}
        rowKey={(point) => point.id}
        columns={[
          {
            name: first.name,
            cell: (point) => (
              <button type="button" className={classes.open} onClick={() => onOpen(point.id)}>
                {first.cell(point)}
              </button>
            ),
          },
          ...columns,
        ]}
      />
      {points.length > MOST && (
        <p className={classes.more}>
          The {count(MOST)} longest of {count(points.length)}. {more}
        </p>
      )}
    </>
  );
}
