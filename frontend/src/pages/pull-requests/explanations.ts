import type { Definition, Figures, Filters } from "../../api/types";
import { type Explainer, explainer } from "../filters/explanations";

const DURATIONS = new Set([
  "cycle_time",
  "coding",
  "pickup",
  "review",
  "merge",
  "time_to_first_review",
  "weekly_stages",
]);

const CLOCKS: Record<NonNullable<Filters["time"]>, string> = {
  elapsed: "Elapsed: nights, weekends and holidays count",
  working: "Working time: by the calendar of each author’s team",
};

/** What Explain shows of these figures; of durations also by which clock they are. */
export function pullRequestExplainer(
  definitions: Definition[] | undefined,
  figures: Figures,
  time: NonNullable<Filters["time"]>,
): Explainer {
  const explain = explainer(definitions, figures);
  return (key, made) => {
    const explanation = explain(key, made);
    return explanation && DURATIONS.has(key)
      ? { ...explanation, clock: CLOCKS[time] }
      : explanation;
  };
}
