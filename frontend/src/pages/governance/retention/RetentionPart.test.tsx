import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { me } from "../../../testing/answers";
import { type Answers, open, Refusal } from "../../../testing/page";
import type { Policy, Retention } from "./queries";

const API = "/api/v1/retention";

function policy(values: Partial<Policy> = {}): Policy {
  return {
    code: "collecting",
    name: "Notes of collecting",
    holds: "Runs of synchronisation.",
    why: "They are for finding out what went wrong.",
    figures: null,
    days: 30,
    default_days: 30,
    minimum_days: 7,
    maximum_days: null,
    may_be_kept: false,
    by_month: false,
    next_days: null,
    takes_effect_at: null,
    set_at: null,
    tonight: {
      before: "2026-08-01T00:00:00Z",
      oldest: "2026-07-03T10:00:00Z",
      rows: [{ table: "sources_syncrun", rows: 1204, estimated: false }],
    },
    runs: [
      {
        started_at: "2026-08-30T01:15:00Z",
        finished_at: "2026-08-30T01:15:02Z",
        before: "2026-07-31T00:00:00Z",
        deleted: [{ table: "sources_syncrun", rows: 77, estimated: false }],
        error: null,
      },
    ],
    ...values,
  };
}

const PULLS = policy({
  code: "pull_requests",
  name: "Pull requests",
  holds: "Merged and closed ones.",
  days: null,
  default_days: null,
  minimum_days: 400,
  may_be_kept: true,
  tonight: null,
  runs: [],
});

function told(values: Partial<Retention> = {}): Retention {
  return {
    next_run_at: "2026-08-31T01:15:00Z",
    doubtful: null,
    policies: [PULLS, policy()],
    elsewhere: [{ name: "Audit log", why: "Pruned by the process that seals it." }],
    may_change: true,
    ...values,
  };
}

function show(address = "/governance/retention", answers: Answers = {}) {
  return open(address, {
    "/api/v1/me": () => me({ reads_administration: true, role: "administrator" }),
    [API]: () => told(),
    [`${API}/pull_requests/preview`]: (query) => ({
      before: "2025-07-26T00:00:00Z",
      oldest: null,
      rows: [
        { table: "delivery_pullrequest", rows: Number(query.get("days")), estimated: false },
        { table: "delivery_review", rows: 900, estimated: true },
      ],
    }),
    ...answers,
  });
}

describe("retention", () => {
  it("tells periods, what goes tonight and what went", async () => {
    show();
    const row = within(await screen.findByRole("row", { name: /Notes of collecting/ }));
    expect(row.getByText("30 days")).toBeDefined();
    expect(row.getByText("1,204 rows")).toBeDefined();
    expect(row.getByText("77 rows")).toBeDefined();
    const kept = within(screen.getByRole("row", { name: /Pull requests/ }));
    expect(kept.getByText("Until erased")).toBeDefined();
    expect(screen.getByText("Pruned by the process that seals it.")).toBeDefined();
  });

  it("shows what a shorter period would remove before it is set", async () => {
    const { sent } = show("/governance/retention?policy=pull_requests", {
      [`${API}/pull_requests`]: () => ({ ...PULLS, next_days: 500 }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Change …" }));
    await userEvent.click(screen.getByRole("checkbox", { name: "Keep it until it is erased" }));
    const days = screen.getByRole("textbox", { name: "Days" });
    expect((days as HTMLInputElement).value).toBe("400");
    await userEvent.clear(days);
    await userEvent.type(days, "500");
    expect(await screen.findByText(/would remove about 1,400 rows/)).toBeDefined();
    expect(screen.getByRole("cell", { name: "about 900" })).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "Shorten" }));
    expect(sent).toEqual([{ days: 500 }]);
  });

  it("lets a shorter period be taken back while it waits", async () => {
    const waiting = { ...PULLS, next_days: 500, takes_effect_at: "2026-09-01T10:00:00Z" };
    const { asked } = show("/governance/retention?policy=pull_requests", {
      [API]: () => told({ policies: [waiting] }),
      [`${API}/pull_requests/take-back`]: () => PULLS,
    });
    await userEvent.click(await screen.findByRole("button", { name: "Take back" }));
    expect(asked).toContain(`${API}/pull_requests/take-back`);
  });

  it("says why a period was refused", async () => {
    show("/governance/retention?policy=collecting", {
      [`${API}/collecting`]: () =>
        new Refusal(422, { code: "invalid", message: "days: at least 7.", action: null }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Change …" }));
    await userEvent.click(screen.getByRole("button", { name: "Set" }));
    expect((await screen.findByRole("alert")).textContent).toContain("days: at least 7.");
  });

  it("says why nothing is removed, and goes on by a person's word alone", async () => {
    const doubtful = { now: "2036-08-30T10:00:00Z", since: "2026-08-30T01:15:00Z" };
    const { asked } = show("/governance/retention", {
      [API]: () => told({ doubtful }),
      [`${API}/confirm-date`]: () => told(),
    });
    const notice = await screen.findByText("Nothing is removed.");
    expect(notice.parentElement?.textContent).toMatch(/clock says .*2036.* since .*2026/);
    await userEvent.click(screen.getByRole("button", { name: "The date is right" }));
    expect(asked).toContain(`${API}/confirm-date`);
    await waitFor(() => expect(screen.queryByText("Nothing is removed.")).toBeNull());
  });

  it("lets auditors read alone", async () => {
    const doubtful = { now: "2036-08-30T10:00:00Z", since: "2026-08-30T01:15:00Z" };
    show("/governance/retention?policy=collecting", {
      [API]: () => told({ may_change: false, doubtful }),
    });
    expect(await screen.findByRole("heading", { name: "Past nights" })).toBeDefined();
    expect(screen.queryByRole("button", { name: "Change …" })).toBeNull();
    expect(screen.queryByRole("button", { name: "The date is right" })).toBeNull();
  });

  it("says what is amiss when nothing answers, and tries again", async () => {
    show("/governance/retention", {
      [API]: () => new Refusal(503, { code: "busy", message: "Busy.", action: "Try again." }),
    });
    expect(await screen.findByText("Busy.")).toBeDefined();
    expect(screen.getByRole("button", { name: "Try again" })).toBeDefined();
  });

  it("does not pass off as nothing what could not be counted", async () => {
    const rows = [{ table: "delivery_issue", rows: null, estimated: false }];
    const tonight = { before: "2026-08-01T00:00:00Z", oldest: null, rows };
    show("/governance/retention", { [API]: () => told({ policies: [policy({ tonight })] }) });
    expect(await screen.findByText("not counted in time")).toBeDefined();
  });
});
