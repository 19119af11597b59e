import type { StageName } from "../api/types";

export const STAGES: readonly { key: StageName; name: string; colour: string; meaning: string }[] =
  [
    { key: "coding", name: "Coding", colour: "var(--stage-coding)", meaning: "until it is ready" },
    {
      key: "pickup",
      name: "Pickup",
      colour: "var(--stage-pickup)",
      meaning: "waits for a review",
    },
    {
      key: "review",
      name: "Review",
      colour: "var(--stage-review)",
      meaning: "until the approval",
    },
    { key: "merge", name: "Merge", colour: "var(--stage-merge)", meaning: "waits for the merge" },
  ];

/** Recharts draws axes with attributes, which take no class names. */
export const AXIS = {
  stroke: "var(--hairline)",
  tick: { fill: "var(--text-soft)", fontSize: 12 },
  tickLine: false,
} as const;
