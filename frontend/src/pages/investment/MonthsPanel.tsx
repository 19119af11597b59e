import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import { monthName } from "../../ui/dates";
import type { Explanation } from "../../ui/Explain";
import { FactTable } from "../../ui/FactTable";
import { counted, percent } from "../../ui/numbers";
import { Panel } from "../../ui/Panel";
import type { ChartTables } from "../filters/chartTables";
import { Incomplete } from "../Incomplete";
import { amount, colourOf, KEPT_BACK, whole } from "./names";
import type { ChartName } from "./search";
import type { InvestmentFigures, InvestmentMonth, View } from "./types";

const SharesChart = lazy(() => import("../../charts/SharesChart"));

type Part = { key: string; name: string; colour: string };

/** Each month's shares. What is kept back is so in every month, so that none follows from the others. */
export function MonthsPanel({
  view,
  figures,
  explanation,
  isTable,
  onTable,
}: {
  view: View;
  figures: InvestmentFigures;
  explanation: Explanation | null;
} & ChartTables<ChartName>) {
  const parts = partsOf(view, figures);
  const title = "Month by month";
  return (
    <Panel
      title={title}
      badge={<Incomplete of={title} completeness={figures.completeness} />}
      about="What each month's work went into, as shares of it."
      n={whole(view.total ?? 0, view)}
      explanation={explanation}
      asTable={isTable("months")}
      onAsTable={(shown) => onTable("months", shown)}
      notes={notesOf(view, isTable("months"))}
    >
      {view.months.length === 0 ? null : isTable("months") ? (
        <MonthTable view={view} parts={parts} />
      ) : (
        <Suspense fallback={<Skeleton height={300} />}>
          <SharesChart
            parts={parts}
            months={view.months.map((month) => ({
              start: month.start,
              name: monthName(month.start, month.last),
              partial: month.partial,
              gone: isGone(month),
              shares: sharesOf(month),
              said: (key) => amount(amountsOf(month)[key] ?? 0, view),
            }))}
          />
        </Suspense>
      )}
    </Panel>
  );
}

function notesOf(view: View, asTable: boolean): string[] {
  if (view.months_suppressed) {
    return [
      `Months are not shown: in one of them fewer than ${view.months_suppressed.minimum_group_size} people worked, and it would follow from the others.`,
    ];
  }
  const notes = [];
  if (!asTable && view.months.some((month) => month.partial && !isGone(month))) {
    notes.push(
      "Paler bars are months that the range holds in part, that are kept in part, or that are not over.",
    );
  }
  const gone = view.months.filter(isGone).length;
  if (gone > 0) notes.push(`${counted(gone, "month")} older than what is kept.`);
  return notes;
}

function isGone({ amounts, kept_back }: InvestmentMonth): boolean {
  return amounts.length === 0 && kept_back === null;
}

function partsOf(view: View, { categories }: InvestmentFigures): Part[] {
  const shown = new Set(view.months.flatMap((month) => month.amounts.map((one) => one.category)));
  const parts = categories
    .filter(({ code }) => shown.has(code))
    .map(({ code, name }) => ({ key: code, name, colour: colourOf(code, categories) }));
  return view.months.some((month) => month.kept_back !== null)
    ? [...parts, { key: KEPT_BACK, name: "Kept back", colour: "var(--hairline-strong)" }]
    : parts;
}

function amountsOf(month: InvestmentMonth): Record<string, number> {
  return {
    ...Object.fromEntries(month.amounts.map((one) => [one.category, one.amount])),
    ...(month.kept_back === null ? {} : { [KEPT_BACK]: month.kept_back }),
  };
}

function sharesOf(month: InvestmentMonth): Record<string, number> {
  const amounts = amountsOf(month);
  const total = Object.values(amounts).reduce((sum, one) => sum + one, 0);
  if (total === 0) return {};
  return Object.fromEntries(Object.entries(amounts).map(([key, one]) => [key, one / total]));
}

function MonthTable({ view, parts }: { view: View; parts: Part[] }) {
  return (
    <FactTable
      caption="Shares of each month"
      rows={view.months}
      rowKey={(month) => month.start}
      columns={[
        {
          name: "Month",
          cell: (month) =>
            `${monthName(month.start, month.last)}${month.partial ? " (partial)" : ""}`,
        },
        ...parts.map((part) => ({
          name: part.name,
          numeric: true,
          cell: (month: InvestmentMonth) => {
            const share = sharesOf(month)[part.key];
            if (share !== undefined) return percent(share);
            return isGone(month) ? "not kept" : "–";
          },
        })),
      ]}
    />
  );
}
