import { describe, expect, it } from "vitest";
import { row } from "../../testing/answers";
import { partsOf } from "./StageBar";

const said = (values: Parameters<typeof row>[0]) =>
  partsOf(row(values)).map(({ name, seconds }) => [name, seconds]);

describe("the parts of a pull request's bar", () => {
  it("are its stages, without those that took no time", () => {
    expect(
      said({
        cycle_seconds: 100,
        coding_seconds: 60,
        pickup_seconds: 30,
        review_seconds: 10,
        merge_seconds: 0,
      }),
    ).toEqual([
      ["Coding", 60],
      ["Pickup", 30],
      ["Review", 10],
    ]);
  });

  it("add up to the cycle time where nobody reviewed", () => {
    const unreviewed = { pickup_seconds: null, review_seconds: null, merge_seconds: null };
    expect(said({ cycle_seconds: 100, coding_seconds: 60, ...unreviewed })).toEqual([
      ["Coding", 60],
      ["No review", 40],
    ]);
  });

  it("are none of one that is only begun", () => {
    const none = { coding_seconds: null, pickup_seconds: null, review_seconds: null };
    expect(said({ cycle_seconds: null, merge_seconds: null, ...none })).toEqual([]);
  });
});
