import classes from "./AlsoInRange.module.css";

/** What the figures do not hold, said beside them and not only in Explain. Null: nothing of that kind. */
export function AlsoInRange({ said }: { said: (string | null)[] }) {
  const present = said.filter((part) => part !== null);
  if (present.length === 0) return null;
  return (
    <ul className={classes.said} aria-label="Also in this range">
      {present.map((part) => (
        <li key={part}>{part}</li>
      ))}
    </ul>
  );
}
