import { count } from "../../../ui/numbers";
import { ScrollRegion } from "../../../ui/ScrollRegion";
import classes from "./erasures.module.css";

/** Rows by table, the most first; beside them, where it has begun, how many of them went. */
export function Counts({
  rows,
  done,
  total,
  label,
}: {
  rows: { table: string; rows: number }[];
  done?: { table: string; rows: number }[];
  total: number;
  label: string;
}) {
  const gone = new Map(done?.map((one) => [one.table, one.rows]));
  const shown = [
    ...rows,
    ...(done ?? [])
      .filter(({ table }) => !rows.some((one) => one.table === table))
      .map(({ table }) => ({ table, rows: 0 })),
  ];
  return (
    <ScrollRegion className={classes.counts} label={label}>
      <table className={classes.table}>
        <caption>{label}</caption>
        <thead>
          <tr>
            <th scope="col">Table</th>
            <th scope="col" data-numeric>
              {done ? "Expected" : "Rows"}
            </th>
            {done && (
              <th scope="col" data-numeric>
                Erased
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ table, rows: expected }) => (
            <tr key={table}>
              <th scope="row" className={classes.code}>
                {table}
              </th>
              <td data-numeric>{count(expected)}</td>
              {done && <td data-numeric>{count(gone.get(table) ?? 0)}</td>}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">In all</th>
            <td data-numeric>{count(total)}</td>
            {done && <td data-numeric>{count(done.reduce((sum, one) => sum + one.rows, 0))}</td>}
          </tr>
        </tfoot>
      </table>
    </ScrollRegion>
  );
}
