import { expect, it } from "vitest";
import { frequency } from "./frequency";

it.each([
  [2.44, "2.4 a day"],
  [1, "1 a day"],
  [0.5, "3.5 a week"],
  [1 / 7, "1 a week"],
  [1 / 20, "1.5 a month"],
  [1 / 365, "0.1 a month"],
  [1 / 3650, "<0.1 a month"],
  [0, "0 a month"],
])("%f a day is said as %s", (perDay, said) => {
  const { value, unit } = frequency(perDay);
  expect(`${value} ${unit}`).toBe(said);
});
