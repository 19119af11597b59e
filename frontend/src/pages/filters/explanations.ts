import type { Definition } from "../../api/types";
import { dateTime, zoneName } from "../../ui/dates";
import type { Explanation } from "../../ui/Explain";
import { count } from "../../ui/numbers";

/** The explanation of a definition's key; `made` says what the figure is made of. Null: not known yet. */
export type Explainer = (key: string, made: string) => Explanation | null;

/** What every answer with figures says of itself. */
type Figures = {
  excluded: { reason: string; n: number }[];
  computed_at: string | null;
  range: { time_zone: string };
};

/** Makes what Explain shows out of the definitions and the figures at hand. */
export function explainer(definitions: Definition[] | undefined, figures: Figures): Explainer {
  return (key, made) => {
    const definition = definitions?.find((candidate) => candidate.key === key);
    if (definition === undefined) return null;
    return {
      name: definition.name,
      text: definition.text,
      version: String(definition.version),
      source: definition.source,
      made,
      leftOut: figures.excluded.map(({ reason, n }) => ({ reason, n: count(n) })),
      fresh: freshness(figures),
    };
  };
}

function freshness({ computed_at, range }: Figures): string | null {
  if (computed_at === null) return null;
  return `${dateTime(computed_at, range.time_zone)} (${zoneName(range.time_zone)})`;
}
