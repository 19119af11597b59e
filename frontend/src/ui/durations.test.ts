import { describe, expect, it } from "vitest";
import { duration, durationTicks, logDurationTicks, shortDuration } from "./durations";

const HOUR = 3600;
const DAY = 24 * HOUR;

describe("a duration as a person says it", () => {
  it.each([
    [0, "0 s"],
    [45, "45 s"],
    [60, "1 min"],
    [12 * 60 + 20, "12 min"],
    [59 * 60 + 40, "1 h"],
    [3 * HOUR + 20 * 60, "3 h 20 min"],
    [11 * HOUR + 20 * 60, "11 h"],
    [23 * HOUR + 59 * 60 + 40, "1 d"],
    [DAY + 4 * HOUR, "1 d 4 h"],
    [DAY + 23 * HOUR + 45 * 60, "2 d"],
    [16 * DAY + 5 * HOUR, "16 d"],
  ])("%d s is %s", (seconds, said) => {
    expect(duration(seconds)).toBe(said);
  });

  it("has one unit on an axis", () => {
    expect([0, 30, 600, 4 * HOUR, DAY, 36 * HOUR, 14 * DAY].map(shortDuration)).toEqual([
      "0",
      "30 s",
      "10 min",
      "4 h",
      "1 d",
      "36 h",
      "14 d",
    ]);
  });
});

describe("ticks", () => {
  it("step as people count time and reach the largest value", () => {
    expect(durationTicks(2.4 * DAY)).toEqual([0, DAY, 2 * DAY, 3 * DAY]);
    expect(durationTicks(7 * HOUR)).toEqual([0, 2, 4, 6, 8].map((hours) => hours * HOUR));
  });

  it("of nothing still make an axis", () => {
    expect(durationTicks(0)).toHaveLength(2);
  });

  it("on a logarithm stay inside the domain", () => {
    expect(logDurationTicks(HOUR / 2, 2 * DAY)).toEqual([HOUR, 4 * HOUR, DAY]);
  });
});
