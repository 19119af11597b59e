import { Pagination } from "@mantine/core";
import { count } from "./numbers";
import classes from "./Pages.module.css";

const CONTROLS = {
  first: "First page",
  previous: "Page before",
  next: "Next page",
  last: "Last page",
};

/** Which rows of how many are shown, and the way to the others; nothing where all of them are. */
export function Pages({
  page,
  size,
  total,
  onPage,
}: {
  page: number;
  size: number;
  total: number;
  onPage: (page: number | undefined) => void;
}) {
  const pages = Math.ceil(total / size);
  if (pages <= 1) return null;
  return (
    <footer className={`${classes.pages} no-print`}>
      <p className={classes.rows}>
        {count((page - 1) * size + 1)} – {count(Math.min(page * size, total))} of {count(total)}
      </p>
      <Pagination
        size="sm"
        total={pages}
        value={page}
        siblings={1}
        onChange={(to) => onPage(to === 1 ? undefined : to)}
        getControlProps={(control) => ({ "aria-label": CONTROLS[control] })}
        getItemProps={(to) => ({ "aria-label": `Page ${to}` })}
      />
    </footer>
  );
}
