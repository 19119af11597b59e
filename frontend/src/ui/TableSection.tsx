import { type ReactNode, useId } from "react";
import classes from "./TableSection.module.css";

/** A table's frame: its name, how much there is, and the tools that narrow it or take it along. */
export function TableSection({
  title,
  count,
  badge,
  tools,
  children,
}: {
  title: string;
  count: ReactNode;
  badge?: ReactNode;
  tools?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <header className={classes.head}>
        <div>
          <h2 id={id} className={classes.title}>
            {title}
          </h2>
          <p className={classes.count} aria-live="polite">
            {count}
          </p>
          {badge}
        </div>
        {tools && <div className={`${classes.tools} no-print`}>{tools}</div>}
      </header>
      {children}
    </section>
  );
}

/** In place of rows: why there are none. */
export function NoRows({ children }: { children: ReactNode }) {
  return <p className={classes.none}>{children}</p>;
}
