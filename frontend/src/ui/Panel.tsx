import { ActionIcon, Tooltip } from "@mantine/core";
import { IconChartBar, IconTable } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Explain, type Explanation } from "./Explain";
import classes from "./Panel.module.css";

/** A picture with its name, what it shows, its n, and the same as a table. */
export function Panel({
  title,
  about,
  n,
  explanation,
  badge,
  asTable,
  onAsTable,
  notes = [],
  children,
}: {
  title: string;
  about: string;
  n: string;
  explanation: Explanation | null;
  badge?: ReactNode;
  asTable: boolean;
  onAsTable: (shown: boolean) => void;
  notes?: string[];
  children: ReactNode;
}) {
  const toggle = asTable
    ? `Show ${title.toLowerCase()} as chart`
    : `Show ${title.toLowerCase()} as table`;
  return (
    <section className={classes.panel} aria-label={title}>
      <header className={classes.head}>
        <div>
          <h2 className={classes.title}>{title}</h2>
          <p className={classes.about}>{about}</p>
        </div>
        <div className={classes.tools}>
          {badge}
          <span className={classes.n}>{n}</span>
          {explanation && <Explain of={explanation} />}
          <Tooltip label={asTable ? "Show as chart" : "Show as table"} openDelay={300}>
            <ActionIcon
              className="no-print"
              variant="subtle"
              color="gray"
              size={24}
              aria-label={toggle}
              onClick={() => onAsTable(!asTable)}
            >
              {asTable ? (
                <IconChartBar size={16} stroke={1.6} aria-hidden />
              ) : (
                <IconTable size={16} stroke={1.6} aria-hidden />
              )}
            </ActionIcon>
          </Tooltip>
        </div>
      </header>
      <div className={classes.body}>{children}</div>
      {notes.map((note) => (
        <p key={note} className={classes.note}>
          {note}
        </p>
      ))}
    </section>
  );
}
