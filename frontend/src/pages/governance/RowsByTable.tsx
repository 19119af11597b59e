import { FactTable } from "../../ui/FactTable";
import { count } from "../../ui/numbers";

type Rows = {
  table: string;
  /** Null: it was not counted. */
  rows: number | null;
  estimated?: boolean;
};

/** Tables with rows; beside those that were expected, where `done` is known, how many of them went. */
export function RowsByTable({
  of,
  done,
  caption,
}: {
  of: Rows[];
  done?: Rows[] | undefined;
  caption: string;
}) {
  const gone = new Map(done?.map((one) => [one.table, one.rows]));
  const expected = new Map(of.map((one) => [one.table, one]));
  const shown = [...new Set([...expected.keys(), ...gone.keys()])]
    .map((table) => expected.get(table) ?? { table, rows: 0 })
    .filter(({ table, rows }) => rows !== 0 || gone.get(table));
  if (shown.length === 0) return null;
  return (
    <FactTable
      caption={caption}
      rows={shown}
      rowKey={({ table }) => table}
      columns={[
        { name: "Table", cell: ({ table }) => <code>{table}</code> },
        { name: done ? "Expected" : "Rows", numeric: true, cell: said },
        ...(done
          ? [
              {
                name: "Erased",
                numeric: true,
                cell: ({ table }: Rows) => count(gone.get(table) ?? 0),
              },
            ]
          : []),
      ]}
    />
  );
}

/** "1,204", "about 1,204" */
function said({ rows, estimated }: Rows): string {
  if (rows === null) return "not counted in time";
  return estimated ? `about ${count(rows)}` : count(rows);
}
