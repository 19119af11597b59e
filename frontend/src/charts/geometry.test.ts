import { describe, expect, it } from "vitest";
import { bucketName, withoutEmptyEnds } from "./buckets";
import { dayTicks, dotsPath, nearestDot, percentile, sparkPath } from "./geometry";

describe("a percentile", () => {
  it("is interpolated as SQL's percentile_cont does it", () => {
    expect(percentile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(percentile([10, 20, 30], 0.85)).toBeCloseTo(27);
    expect(percentile([7], 0.85)).toBe(7);
  });

  it("of nothing is not known", () => {
    expect(percentile([], 0.5)).toBeNull();
  });
});

describe("dots", () => {
  const dots = [
    { x: 10, y: 10 },
    { x: 20, y: 10 },
  ];

  it("are one path", () => {
    expect(dotsPath(dots)).toBe("M10.0 10.0h0M20.0 10.0h0");
  });

  it("are found by the nearest within reach", () => {
    expect(nearestDot(dots, { x: 16, y: 12 }, 24)).toBe(1);
    expect(nearestDot(dots, { x: 60, y: 10 }, 24)).toBeNull();
  });
});

it("names days evenly and not too many", () => {
  expect(dayTicks(30, 8)).toEqual([0, 7, 14, 21, 28]);
  expect(dayTicks(365, 8).length).toBeLessThanOrEqual(8);
});

it.each([
  [0, 3600, "under 1 h"],
  [3600, 14_400, "1 – 4 h"],
  [43_200, 86_400, "12 h – 1 d"],
  [57_600, 115_200, "16 h – 1 d 8 h"],
  [115_200, 230_400, "1 d 8 h – 2 d 16 h"],
  [2_592_000, null, "over 30 d"],
])("names the bucket from %d to %s", (from_seconds, to_seconds, name) => {
  expect(bucketName({ from_seconds, to_seconds, n: 0 })).toBe(name);
});

it("leaves out the empty buckets at both ends alone", () => {
  const bucket = (n: number) => ({ from_seconds: n, to_seconds: null, n });
  expect(withoutEmptyEnds([0, 1, 0, 2, 0, 0].map(bucket)).map(({ n }) => n)).toEqual([1, 0, 2]);
  expect(withoutEmptyEnds([0, 0].map(bucket))).toEqual([]);
});

describe("a small line of a figure's weeks", () => {
  it("stands on 0 and breaks where a week has no figure", () => {
    expect(sparkPath([2, 4, null, 0], 90, 20)).toEqual({
      line: "M0 10h0L30 0M90 20h0",
      last: { x: 90, y: 20 },
    });
  });

  it("is none of nothing", () => {
    expect(sparkPath([null, null], 90, 20)).toEqual({ line: "", last: null });
  });
});
