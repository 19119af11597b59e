import drawer from "../../../ui/DetailDrawer.module.css";
import { dateTime } from "../../../ui/dates";
import { FactTable } from "../../../ui/FactTable";
import { count, counted } from "../../../ui/numbers";
import type { Affected } from "./queries";

/** What was counted: people, records, classes of data, and who acted. */
export function AffectedView({ of, timeZone }: { of: Affected; timeZone: string }) {
  return (
    <>
      <p className={drawer.total}>
        {counted(of.people, "person", "people")}, {counted(of.records, "record")}
      </p>
      <p className={drawer.foot}>
        At most, as counted on {dateTime(of.counted_at, timeZone)}.{" "}
        {of.areas.length > 0 && `Areas: ${of.areas.join(", ")}.`}
      </p>
      {of.classes.length > 0 && (
        <FactTable
          caption="Records by class of data"
          rows={of.classes}
          rowKey={(row) => row.data_class}
          columns={[
            { name: "Class", cell: (row) => row.data_class },
            { name: "Tables", numeric: true, cell: (row) => count(row.tables) },
            { name: "Records", numeric: true, cell: (row) => count(row.records) },
          ]}
        />
      )}
      {of.tables.length > 0 && (
        <FactTable
          caption="Records by table"
          rows={of.tables}
          rowKey={(row) => row.table}
          columns={[
            { name: "Table", cell: (row) => row.table },
            {
              name: "Records",
              numeric: true,
              cell: (row) => (row.rows === null ? "not counted" : count(row.rows)),
            },
          ]}
        />
      )}
      {of.accounts.length > 0 && (
        <FactTable
          caption="Accounts that acted in the period"
          rows={of.accounts}
          rowKey={(row) => row.account}
          columns={[
            { name: "Account", cell: (row) => row.name },
            { name: "Acts", numeric: true, cell: (row) => count(row.acts) },
            { name: "Reads", numeric: true, cell: (row) => count(row.reads) },
            { name: "Exports", numeric: true, cell: (row) => count(row.exports) },
          ]}
        />
      )}
      {of.acts.length > 0 && (
        <FactTable
          caption="What was read and exported in the period"
          rows={of.acts}
          rowKey={(row) => row.act}
          columns={[
            { name: "Read or exported", cell: (row) => row.act.replaceAll("_", " ") },
            { name: "Times", numeric: true, cell: (row) => count(row.times) },
          ]}
        />
      )}
      <p className={drawer.foot}>
        {counted(of.accounts_in_all, "account")} acted in the period;{" "}
        {counted(of.failed_sign_ins, "sign-in")} failed.
      </p>
    </>
  );
}
