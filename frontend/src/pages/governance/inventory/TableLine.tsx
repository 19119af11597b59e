import { useState } from "react";
import { counted } from "../../../ui/numbers";
import { ScrollRegion } from "../../../ui/ScrollRegion";
import people from "../../people/people.module.css";
import classes from "./inventory.module.css";
import type { Column, Inventory, Table } from "./queries";

/** One table: in a line what it is for, opened who may touch it and every column. */
export function TableLine({
  of,
  retention,
  isOpen,
}: {
  of: Table;
  retention: Inventory["retentions"][number] | undefined;
  isOpen: boolean;
}) {
  const [open, setOpen] = useState(isOpen);
  return (
    <details
      className={classes.line}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <code className={classes.label}>{of.label}</code>
        <span className={classes.purpose}>{of.purpose}</span>
        <span className={classes.kept}>{retention?.name}</span>
        <Counts of={of.columns} />
      </summary>
      {open && <Opened of={of} retention={retention} />}
    </details>
  );
}

/** Made once it is looked at: all together they are a thousand rows. */
function Opened({
  of,
  retention,
}: {
  of: Table;
  retention: Inventory["retentions"][number] | undefined;
}) {
  return (
    <>
      <dl className={classes.list}>
        <div>
          <dt>How long</dt>
          <dd>{retention?.says}</dd>
        </div>
        <div>
          <dt>Who may</dt>
          <dd>{rights(of)}</dd>
        </div>
        {of.about.length > 0 && (
          <div>
            <dt>About whom</dt>
            <dd>
              {of.about.map((path) => (
                <code key={path} className={classes.path}>
                  {path.replaceAll("__", " → ")}
                </code>
              ))}
            </dd>
          </div>
        )}
      </dl>
      <ScrollRegion className={people.scroll} label={`Columns of ${of.label}`}>
        <table className={`${people.table} ${classes.columns}`}>
          <caption>Columns of {of.label}</caption>
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Class</th>
              <th scope="col">What is in it, and where it comes from</th>
              <th scope="col" data-wide>
                Read by
              </th>
              <th scope="col" data-wide>
                Written by
              </th>
            </tr>
          </thead>
          <tbody>
            {of.columns.map((column) => (
              <tr key={column.name}>
                <th scope="row">
                  <code>{column.name}</code>
                </th>
                <td>
                  <ClassName of={column.data_class} />
                </td>
                <td>
                  {column.note}
                  {column.comes_from.length > 0 && (
                    <div className={people.where}>{column.comes_from.join("; ")}</div>
                  )}
                </td>
                <td data-wide>{column.read_by.join(", ") || "nobody"}</td>
                <td data-wide>{column.written_by.join(", ") || "nobody"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}

function ClassName({ of }: { of: Column["data_class"] }) {
  return (
    <span className={classes.class} data-class={of}>
      {of}
    </span>
  );
}

function Counts({ of }: { of: Column[] }) {
  const told = (["personal", "secret"] as const).flatMap((name) => {
    const count = of.filter((column) => column.data_class === name).length;
    return count > 0 ? [{ name, count }] : [];
  });
  return (
    <span className={classes.counts}>
      {told.map(({ name, count }) => (
        <span key={name} className={classes.class} data-class={name}>
          {count} {name}
        </span>
      ))}
      <span>{counted(of.length, "column")}</span>
    </span>
  );
}

function rights({ reads, adds, changes, deletes }: Table) {
  const told = [
    ["read", reads],
    ["add", adds],
    ["change", changes],
    ["delete", deletes],
  ] as const;
  const roles = [...new Set(told.flatMap(([, names]) => names))];
  if (roles.length === 0) {
    return "No process, at all.";
  }
  return roles
    .map(
      (role) =>
        `${role}: ${told
          .filter(([, names]) => names.includes(role))
          .map(([verb]) => verb)
          .join(", ")}`,
    )
    .join("; ");
}
