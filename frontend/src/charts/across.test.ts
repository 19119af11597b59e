import { describe, expect, it } from "vitest";
import { acrossDays, acrossNames } from "./across";

describe("days across", () => {
  const range = { from: "2026-03-01", to: "2026-05-30", time_zone: "Europe/Berlin" };

  it("begin at midnights of the zone, whatever its clock does meanwhile", () => {
    const { domain, ticks, name } = acrossDays(range)(900);
    expect(domain).toEqual([Date.parse("2026-02-28T23:00Z"), Date.parse("2026-05-29T22:00Z")]);
    expect(ticks.map(name).slice(0, 4)).toEqual(["1 Mar", "15 Mar", "29 Mar", "12 Apr"]);
  });

  it("are named more seldom where there is little room", () => {
    expect(acrossDays(range)(250).ticks.length).toBeLessThanOrEqual(4);
  });
});

describe("names across", () => {
  it("stand over their own parts, and are cut to what fits there", () => {
    const across = acrossNames(["In Progress", "Ready for review"]);
    expect(across(400).ticks.map(across(400).name)).toEqual(["In Progress", "Ready for review"]);
    expect(across(140).ticks.map(across(140).name)).toEqual(["In Progre…", "Ready for…"]);
    expect(across(140).domain).toEqual([-0.5, 1.5]);
  });
});
