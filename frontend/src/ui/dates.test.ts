import { describe, expect, it } from "vitest";
import { addDays, dateTime, dayOf, dayRange, daysBetween, isDay, startOfDay } from "./dates";

describe("days", () => {
  it("are counted across a clock change and a year's end", () => {
    expect(addDays("2026-03-28", 2)).toBe("2026-03-30");
    expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
    expect(daysBetween("2026-03-01", "2026-04-01")).toBe(31);
  });

  it("that do not exist are none", () => {
    expect([isDay("2026-02-30"), isDay("2026-2-3"), isDay("x"), isDay("2026-02-28")]).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it("are read with both ends, the year once", () => {
    expect(dayRange("2026-07-22", "2026-08-21")).toBe("22 Jul – 20 Aug 2026");
    expect(dayRange("2025-12-30", "2026-01-03")).toBe("30 Dec 2025 – 2 Jan 2026");
    expect(dayRange("2026-07-22", "2026-07-23")).toBe("22 Jul 2026");
  });
});

describe("instants", () => {
  it("fall on the day of the zone", () => {
    expect(dayOf("2026-08-19T23:30:00Z", "Europe/Berlin")).toBe("2026-08-20");
    expect(dateTime("2026-08-19T23:30:00Z", "Europe/Berlin")).toBe("20 Aug 2026, 01:30");
  });

  it.each([
    ["2026-08-20", "Europe/Berlin", "2026-08-19T22:00:00Z"],
    ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z"],
    ["2026-03-30", "Europe/Berlin", "2026-03-29T22:00:00Z"],
    ["2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00Z"],
    ["2026-11-01", "America/New_York", "2026-11-01T04:00:00Z"],
    ["2026-08-20", "UTC", "2026-08-20T00:00:00Z"],
  ])("%s begins in %s at %s", (day, zone, instant) => {
    expect(startOfDay(day, zone)).toBe(Date.parse(instant));
  });
});
