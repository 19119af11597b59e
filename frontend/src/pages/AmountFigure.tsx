import type { ReactNode } from "react";
import type { Completeness } from "../api/types";
import { Figure, type Spread } from "../ui/Figure";
import { count, counted, sayOr } from "../ui/numbers";
import type { Explainer } from "./filters/explanations";
import { Incomplete } from "./Incomplete";

type Amounts = {
  median: number | null;
  p75: number | null;
  p90: number | null;
  p95?: number | null;
  n: number | null;
  reason: string | null;
};

/** A distribution as a figure: its median, and the spread around that. */
export function AmountFigure({
  name,
  of,
  say,
  unit = "median",
  before,
  more = [],
  one,
  many,
  definition,
  figures,
  explain,
  large,
  children,
}: {
  name: string;
  of: Amounts | null;
  say: (value: number) => string;
  unit?: string;
  before: string | null;
  /** What is told beside the spread. */
  more?: Spread[];
  /** What it is measured of: "merged pull request". */
  one: string;
  many?: string;
  definition: string;
  figures: { completeness: Completeness };
  explain: Explainer;
  large?: boolean;
  children?: ReactNode;
}) {
  return (
    <Figure
      large={large}
      name={name}
      badge={<Incomplete of={name} completeness={figures.completeness} />}
      unit={unit}
      value={sayOr(of?.median, say)}
      reason={of?.reason}
      before={before}
      spread={[...spreadOf(of, say), ...more]}
      explanation={explain(definition, counted(of?.n ?? 0, one, many))}
    >
      {children}
    </Figure>
  );
}

function spreadOf(of: Amounts | null, say: (value: number) => string): Spread[] {
  if (of === null || of.n === null) return [];
  const { p75, p90, p95 } = of;
  const quantiles = Object.entries({ p75, p90, p95 }).flatMap(([label, value]) =>
    value == null ? [] : [{ label, value: say(value) }],
  );
  return [...quantiles, { label: "n", value: count(of.n) }];
}
