/** What the chart of durations draws. The dashes tell the lines apart without their colours. */
export const LINES = [
  {
    key: "duration_p95",
    name: "Duration p95",
    meaning: "19 of 20 are shorter",
    colour: "var(--stage-coding)",
    dashes: "7 4",
  },
  {
    key: "duration_median",
    name: "Duration p50",
    meaning: "half are shorter",
    colour: "var(--dot)",
    dashes: undefined,
  },
  {
    key: "queue_median",
    name: "Queue p50",
    meaning: "waits for a machine",
    colour: "var(--stage-pickup)",
    dashes: "2 4",
  },
] as const;
