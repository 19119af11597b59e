import { expect, it } from "vitest";
import { count, counted, percent } from "./numbers";

it("counts with the right word", () => {
  expect([
    count(12480),
    counted(1, "week"),
    counted(0, "week"),
    counted(2, "person", "people"),
  ]).toEqual(["12,480", "1 week", "0 weeks", "2 people"]);
});

it("never says all of what is not all, nor nothing of what is something", () => {
  expect([percent(1), percent(0.999), percent(0.875), percent(0.001), percent(0)]).toEqual([
    "100 %",
    "99 %",
    "88 %",
    "<1 %",
    "0 %",
  ]);
});
