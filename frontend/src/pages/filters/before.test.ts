import { expect, it } from "vitest";
import { comparison } from "./before";

const say = (value: number) => `${value} h`;

it.each([
  [8, 10, "↓ 20 %, was 10 h"],
  [12, 10, "↑ 20 %, was 10 h"],
  [10, 10, "unchanged"],
  [10, 0, "was 0 h"],
  [null, 10, null],
  [10, null, null],
])("%s after %s says %s", (now, before, said) => {
  expect(comparison(now, before, say)).toBe(said);
});
