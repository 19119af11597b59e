import type { Definition } from "../../api/types";
import { counted } from "../../ui/numbers";
import { type Explainer, explainer } from "../filters/explanations";
import type { DeploymentFigures } from "./types";

/** What Explain shows of these figures; left out is what is in none of them. */
export function deliveryExplainer(
  definitions: Definition[] | undefined,
  figures: DeploymentFigures,
): Explainer {
  const leftOut = [
    { reason: "attempts that did not come up", n: figures.attempts?.failed ?? 0 },
    { reason: "still under way", n: figures.attempts?.in_progress ?? 0 },
  ];
  return explainer(definitions, { ...figures, excluded: leftOut.filter(({ n }) => n > 0) });
}

/** "412 deployments, 3 of them the first known of their service" */
export function madeOf(figures: DeploymentFigures): string {
  const all = counted(figures.deployment_frequency?.deployments ?? 0, "deployment");
  const without = [
    figures.baselines
      ? `${figures.baselines} the first known of a service, whose changes are not counted`
      : null,
    figures.contents_unknown ? `${figures.contents_unknown} whose changes are not known` : null,
  ].filter((part) => part !== null);
  return without.length === 0 ? all : `${all}; of these ${without.join(", ")}`;
}
