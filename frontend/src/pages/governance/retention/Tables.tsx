import { FactTable } from "../../../ui/FactTable";
import type { Rows } from "./queries";
import classes from "./retention.module.css";
import { rowsOf } from "./say";

/** Rows by table; none where there are none. */
export function Tables({ of, caption }: { of: Rows[]; caption: string }) {
  const shown = of.filter(({ rows }) => rows !== 0);
  if (shown.length === 0) return null;
  return (
    <FactTable
      caption={caption}
      columns={[
        { name: "Table", cell: ({ table }) => <code className={classes.code}>{table}</code> },
        { name: "Rows", numeric: true, cell: rowsOf },
      ]}
      rows={shown}
      rowKey={({ table }) => table}
    />
  );
}
