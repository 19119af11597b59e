import { count, counted } from "../../ui/numbers";
import type { ViewName } from "./search";
import type { Category, InvestmentItem, View } from "./types";

/** How the page calls and colours what the API names. */

export const VIEW_NAMES: Record<ViewName, string> = {
  effort: "Effort",
  issues: "Issues done",
  pull_requests: "Pull requests merged",
};

const MONTHS = new Intl.NumberFormat("en-GB", {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** An amount of a view, without its unit. Something is never said as 0. */
export function amount(value: number, { unit }: Pick<View, "unit">): string {
  if (unit !== "person_months") return count(value);
  return value > 0 && value < 0.05 ? "<0.1" : MONTHS.format(value);
}

/** The whole of a view: "4.2 person-months", "12 issues". */
export function whole(value: number, view: Pick<View, "unit">): string {
  if (view.unit === "issues") return counted(value, "issue");
  if (view.unit === "pull_requests") return counted(value, "pull request");
  return `${amount(value, view)} person-months`;
}

const COLOURS = 8;

/** Of one category: by its place, so that it keeps it whatever is shown of it. What is in none is grey. */
export function colourOf(code: string, categories: Category[]): string {
  if (code === UNCATEGORISED) return "var(--category-none)";
  const place = categories.findIndex((one) => one.code === code);
  return `var(--category-${(place % COLOURS) + 1})`;
}

export const UNCATEGORISED = "uncategorised";
export const KEPT_BACK = "kept back";
export const KEPT_BACK_COLOUR = "var(--category-kept-back)";

/** Why something was sorted where it is. */
export function why({ because, inherited_from: from }: InvestmentItem): string {
  if (because === null) return "not sorted yet";
  if (because === "nothing") return "no rule matches";
  if (because === "issue") return `it is about ${from}`;
  const rule = because === "rule" ? "your rule" : "a built-in rule";
  return from === null ? rule : `${rule}, by ${from}`;
}
