import { describe, expect, it } from "vitest";
import { columnOf, columnsOf, heatStep, inColumns } from "./heat";

describe("the columns of the heat map", () => {
  it("are days while they can be told apart", () => {
    const { starts, step } = columnsOf("2026-02-27", "2026-03-02");
    expect({ starts, step }).toEqual({
      starts: ["2026-02-27", "2026-02-28", "2026-03-01"],
      step: 1,
    });
  });

  it("are weeks of a longer range, the last one begun", () => {
    const { starts, step } = columnsOf("2026-01-01", "2027-01-01");
    expect(step).toBe(7);
    expect(starts.length).toBe(53);
    expect(starts.at(-1)).toBe("2026-12-31");
  });
});

describe("a day's column", () => {
  it("is the one that holds it", () => {
    expect(columnOf("2026-02-28", columnsOf("2026-02-27", "2026-03-02"))).toBe(1);
    const weeks = columnsOf("2026-01-01", "2027-01-01");
    expect([columnOf("2026-01-07", weeks), columnOf("2026-01-08", weeks)]).toEqual([0, 1]);
  });
});

describe("a cell", () => {
  const columns = columnsOf("2026-01-01", "2027-01-01");

  it("adds up what fell into its days, and nothing else", () => {
    const counts = [
      { day: "2026-01-01", n: 4, failed: 1, hidden: false },
      { day: "2026-01-07", n: 6, failed: 0, hidden: false },
      { day: "2026-01-08", n: 1, failed: 1, hidden: false },
      { day: "2025-12-31", n: 9, failed: 9, hidden: false },
      { day: "2027-01-01", n: 9, failed: 9, hidden: false },
    ];
    const cells = inColumns(counts, columns);
    expect(cells.slice(0, 3)).toEqual([
      { n: 10, failed: 1, hidden: false },
      { n: 1, failed: 1, hidden: false },
      null,
    ]);
    expect(cells.at(-1)).toBeNull();
  });

  it("is empty where nothing ended, and not without failures", () => {
    const cells = inColumns([{ day: "2026-01-01", n: 0, failed: 0, hidden: false }], columns);
    expect(cells[0]).toBeNull();
  });

  it("is hidden as far as its days are, which are in no count", () => {
    const counts = [
      { day: "2026-01-01", n: 4, failed: 1, hidden: false },
      { day: "2026-01-02", n: 0, failed: 0, hidden: true },
      { day: "2026-01-08", n: 0, failed: 0, hidden: true },
    ];
    expect(inColumns(counts, columns).slice(0, 3)).toEqual([
      { n: 4, failed: 1, hidden: true },
      { n: 0, failed: 0, hidden: true },
      null,
    ]);
  });

  it.each([
    [0, 0],
    [0.004, 1],
    [0.1, 1],
    [0.11, 2],
    [0.5, 3],
    [1, 4],
  ])("of the share %d has the step %d", (share, step) => {
    expect(heatStep(share)).toBe(step);
  });
});
