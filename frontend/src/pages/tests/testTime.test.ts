import { expect, it } from "vitest";
import { testTime } from "./testTime";

it.each([
  [null, "–"],
  [0, "0 ms"],
  [0.3404, "340 ms"],
  [0.9996, "1.0 s"],
  [9.94, "9.9 s"],
  [9.96, "10 s"],
  [59.4, "59 s"],
  [190, "3 min"],
])("says the time of a test of %s seconds", (seconds, said) => {
  expect(testTime(seconds)).toBe(said);
});
