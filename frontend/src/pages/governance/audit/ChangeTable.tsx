import classes from "./audit.module.css";
import type { AuditEvent } from "./queries";
import { Value } from "./Value";

/** Before and after of each column; of what was created or deleted there is but one of the two. */
export function ChangeTable({ event, timeZone }: { event: AuditEvent; timeZone: string }) {
  const { act, changes } = event;
  const sides = SIDES.filter(({ absentIn }) => absentIn !== act);
  return (
    <table className={classes.changes}>
      <caption>Before and after</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          {sides.map(({ name }) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.field}>
            <th scope="row">{change.name}</th>
            {sides.map(({ name, of }) => (
              <td key={name} data-side={name}>
                <Value of={change[of]} timeZone={timeZone} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const SIDES = [
  { name: "Before", of: "before", absentIn: "created" },
  { name: "After", of: "after", absentIn: "deleted" },
] as const;
