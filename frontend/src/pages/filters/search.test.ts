import { describe, expect, it } from "vitest";
import { me } from "../../testing/answers";
import { carried, presetOf, previousName, rangeOf, teamOf } from "./search";

const TODAY = "2026-08-20";

it("takes along to another page whose work and when, and nothing else", () => {
  const search = { team: "a", days: 30 as const, bots: true, page: 3 };
  expect(carried(search)).toEqual({ team: "a", days: 30, bots: true });
});

describe("the team", () => {
  const team = (slug: string, parent: string | null, members: number) => ({
    slug,
    name: slug,
    parent,
    members,
    time_zone: "UTC",
  });
  const teams = [team("a", "c", 90), team("b", null, 3), team("c", null, 91)];

  it("is the largest of the topmost unless the address names one", () => {
    expect(teamOf({}, me({ teams }))).toBe("c");
    expect(teamOf({ team: "a" }, me({ teams }))).toBe("a");
  });

  it("is all for those who see all, and none for those who see none", () => {
    expect(teamOf({}, me({ teams, may_see_all_teams: true }))).toBe("");
    expect(teamOf({}, me({ teams: [] }))).toBeUndefined();
  });
});

describe("the range", () => {
  it("ends with today, which it includes", () => {
    expect(rangeOf({ days: 30 }, TODAY)).toEqual({ from: "2026-07-22", to: "2026-08-21" });
  });

  it("is 90 days unless said otherwise", () => {
    expect(presetOf({})).toBe(90);
    expect(rangeOf({}, TODAY).from).toBe("2026-05-23");
  });

  it("can be the viewer's own, which wins over a preset", () => {
    const search = { days: 30 as const, from: "2026-01-01", to: "2026-02-01" };
    expect(rangeOf(search, TODAY)).toEqual({ from: "2026-01-01", to: "2026-02-01" });
    expect(presetOf(search)).toBeNull();
  });

  it("falls back where it ends before it begins", () => {
    expect(presetOf({ from: "2026-02-01", to: "2026-01-01" })).toBe(90);
  });

  it("names the range it is compared with", () => {
    const range = { from: "2026-07-22", to: "2026-08-21" };
    expect(previousName(range)).toBe("the 30 days before");
    expect(previousName({ ...range, to: "2026-07-23" })).toBe("the day before");
  });
});
