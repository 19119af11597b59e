import type {
  CategoryAmount,
  InvestmentFigures,
  InvestmentItem,
  View,
} from "../pages/investment/types";
import { figures, whole } from "./answers";

/** Answers about investment as tests need them, with what a test does not care about filled in. */

const amounts = (total: number, shares: Record<string, number>): CategoryAmount[] =>
  Object.entries(shares).map(([category, share]) => ({ category, amount: total * share, share }));

const SHARES = { new_features: 0.5, unplanned: 0.3, uncategorised: 0.2 };

export function view(values: Partial<View> = {}): View {
  return {
    unit: "person_months",
    definition: "investment_effort",
    total: 12,
    people: 5,
    suppressed: null,
    reason: null,
    amounts: amounts(12, SHARES),
    kept_back: null,
    kept_back_categories: [],
    months: [
      {
        start: "2026-07-01",
        last: "2026-07-01",
        partial: false,
        amounts: amounts(7, SHARES),
        kept_back: null,
      },
      {
        start: "2026-08-01",
        last: "2026-08-01",
        partial: true,
        amounts: amounts(5, SHARES),
        kept_back: null,
      },
    ],
    months_suppressed: null,
    ...values,
  };
}

export function investmentFigures(values: Partial<InvestmentFigures> = {}): InvestmentFigures {
  const { team, range } = figures();
  return {
    team,
    range,
    categories: [
      { code: "new_features", name: "New features", description: "What is new." },
      { code: "unplanned", name: "Unplanned", description: "What could not wait." },
      { code: "uncategorised", name: "Uncategorised", description: "What no rule matches." },
    ],
    effort: view(),
    issues: view({ unit: "issues", definition: "investment_activity", total: 30 }),
    pull_requests: view({ unit: "pull_requests", definition: "investment_activity" }),
    version: 1,
    computed_at: "2026-08-21T06:00:00Z",
    completeness: whole,
    ...values,
  };
}

export function investmentItem(values: Partial<InvestmentItem> = {}): InvestmentItem {
  return {
    kind: "issue",
    id: 21,
    name: "FORGE-21",
    title: "Racks can be filtered",
    url: "https://jira.example/browse/FORGE-21",
    category: "new_features",
    because: "built_in",
    inherited_from: null,
    person: "dev0001",
    finished_at: "2026-08-20T10:00:00Z",
    ...values,
  };
}
