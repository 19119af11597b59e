import { count, counted } from "../../ui/numbers";
import { ScrollRegion } from "../../ui/ScrollRegion";
import table from "../people/people.module.css";
import type { HeldCategory } from "./queries";
import classes from "./yourData.module.css";

/** What is held, by category: how much, what for, from where, how long. */
export function Held({ of, caption }: { of: HeldCategory[]; caption: string }) {
  return (
    <ScrollRegion className={table.scroll} label={caption}>
      <table className={table.table}>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col" className={classes.first}>
              What
            </th>
            <th scope="col" data-wide data-numeric>
              Rows
            </th>
            <th scope="col">What for</th>
            <th scope="col" data-wide>
              Where from
            </th>
            <th scope="col" data-wide>
              How long
            </th>
          </tr>
        </thead>
        <tbody>
          {of.map((one) => (
            <tr key={one.key}>
              <th scope="row">
                {one.name}
                <p className={classes.narrow}>
                  {one.rows === 0 ? "None" : counted(one.rows, "row")}
                </p>
                {one.tables.length > 0 && (
                  <ul className={classes.tables}>
                    {one.tables.map(({ title, rows }) => (
                      <li key={title}>
                        {title}: {count(rows)}
                      </li>
                    ))}
                  </ul>
                )}
              </th>
              <td data-wide data-numeric>
                {one.rows === 0 ? "none" : count(one.rows)}
              </td>
              <td>
                {one.purpose}
                <p className={classes.narrow}>From: {one.source}</p>
                <p className={classes.narrow}>How long: {one.kept}</p>
              </td>
              <td data-wide>{one.source}</td>
              <td data-wide>{one.kept}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
