import { describe, expect, it } from "vitest";
import { axisBytes, bytes, byteTicks } from "./bytes";

describe("bytes", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [99_940, "99.9 kB"],
    [99_960, "100 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [1_300_000_000, "1.3 GB"],
    [2.5e18, "2500 PB"],
  ])("%d are said as %s", (size, said) => {
    expect(bytes(size)).toBe(said);
  });

  it("are short on an axis", () => {
    expect([40_000_000, 2_500, 0].map(axisBytes)).toEqual([
      "40\u00a0MB",
      "2.5\u00a0kB",
      "0\u00a0B",
    ]);
  });

  it.each([1, 7, 999, 1_000, 3_456_789])("an axis holds %d in few whole steps", (largest) => {
    const ticks = byteTicks(largest);
    expect(ticks.length).toBeLessThanOrEqual(6);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(largest);
  });
});
