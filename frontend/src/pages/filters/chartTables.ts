import type { ChangeSearch } from "./search";

/** Which of a page's charts are shown as tables, and the way to change that, in the address. */
export type ChartTables<Chart extends string> = {
  isTable: (chart: Chart) => boolean;
  onTable: (chart: Chart, shown: boolean) => void;
};

export function chartTables<Chart extends string>(
  shown: Chart[] | undefined,
  onChange: ChangeSearch<{ tables: Chart[] | undefined }>,
): ChartTables<Chart> {
  return {
    isTable: (chart) => shown?.includes(chart) ?? false,
    onTable: (chart, table) => {
      const others = (shown ?? []).filter((name) => name !== chart);
      const tables = table ? [...others, chart] : others;
      onChange({ tables: tables.length > 0 ? tables : undefined }, { replace: true });
    },
  };
}
