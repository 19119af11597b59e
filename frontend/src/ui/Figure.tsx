import type { ReactNode } from "react";
import { Explain, type Explanation } from "./Explain";
import classes from "./Figure.module.css";

export type Spread = { label: string; value: string };

/** One figure: its name, its value, how it stood before, and the spread it comes from. */
export function Figure({
  name,
  value,
  unit,
  reason,
  before,
  spread,
  explanation,
  badge,
  large = false,
  children,
}: {
  name: string;
  /** Null: it cannot be said, and `reason` says why. */
  value: string | null;
  unit?: string;
  reason?: string | null;
  before?: string | null;
  spread: Spread[];
  explanation: Explanation | null;
  badge?: ReactNode;
  large?: boolean;
  children?: ReactNode;
}) {
  return (
    <section className={classes.figure} data-large={large || undefined} aria-label={name}>
      <header className={classes.head}>
        <h2 className={classes.name}>{name}</h2>
        {explanation && <Explain of={explanation} />}
        {badge}
      </header>
      {value === null ? (
        <p className={classes.absent}>
          <span className={classes.dash} aria-hidden="true">
            –
          </span>
          {reason ?? "Not known"}
        </p>
      ) : (
        <p className={classes.value}>
          <span className={classes.said}>{value}</span>
          {unit && <span className={classes.unit}> {unit}</span>}
        </p>
      )}
      {before && <p className={classes.before}>{before}</p>}
      {value !== null && spread.length > 0 && (
        <dl className={classes.spread}>
          {spread.map((item) => (
            <div key={item.label}>
              <dt>{item.label}</dt>
              <dd>{item.value}</dd>
            </div>
          ))}
        </dl>
      )}
      {children}
    </section>
  );
}
