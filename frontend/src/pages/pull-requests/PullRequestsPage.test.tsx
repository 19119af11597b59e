import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { figures, me, row, status, whole } from "../../testing/answers";
import { open, Refusal } from "../../testing/page";

const FIGURES = "/api/v1/pull-requests/figures";
const TABLE = "/api/v1/pull-requests";
const STATUS = "/api/v1/status";

describe("what is older than what is kept", () => {
  it("has no figures, and the page says why and not that nothing was merged", async () => {
    const not_kept = "Nothing is left to measure: the range begins before what is kept.";
    open("/pull-requests", {
      [FIGURES]: () => figures({ not_kept, cycle_time: null, throughput: null }),
    });
    expect(await screen.findByText(not_kept)).toBeTruthy();
    expect(screen.queryByText(/Nothing was merged/)).toBeNull();
  });
});

describe("the figures", () => {
  it("are of the viewer's first team and the last 90 days unless the address says otherwise", async () => {
    const { asked } = open("/pull-requests");
    await screen.findByText("1 d 4 h");
    expect(asked).toContain(
      `${FIGURES}?team=a&from=2026-05-23&to=2026-08-21&bots=false&time=elapsed`,
    );
  });

  it("follow the address", async () => {
    const { asked } = open("/pull-requests?team=b&days=30&bots=true");
    await screen.findByText("1 d 4 h");
    expect(asked).toContain(
      `${FIGURES}?team=b&from=2026-07-22&to=2026-08-21&bots=true&time=elapsed`,
    );
  });

  it("are the viewer's own where they are asked for, or where there is no team", async () => {
    const linked = { "/api/v1/me": () => me({ may_see_own: true }) };
    const { asked } = open("/pull-requests?mine=true", linked);
    await screen.findByText("1 d 4 h");
    const own = `${FIGURES}?team=&from=2026-05-23&to=2026-08-21&bots=false&mine=true&time=elapsed`;
    expect(asked).toContain(own);
    expect(await screen.findByText(/^Only mine, /)).toBeTruthy();
    const alone = open("/pull-requests", {
      "/api/v1/me": () => me({ may_see_own: true, teams: [] }),
    });
    await waitFor(() => expect(alone.asked).toContain(own));
  });

  it("say what they mean, what they are made of and what was left out", async () => {
    open("/pull-requests");
    const [explain] = await screen.findAllByRole("button", { name: "Explain cycle time" });
    await userEvent.click(explain as HTMLElement);
    const card = await screen.findByRole("dialog", { name: "Explain cycle time" });
    for (const said of [
      "From start to merge. Merged pull requests only.",
      "42 merged pull requests",
      "Elapsed: nights, weekends and holidays count",
      "3 by bots",
      "20 Aug 2026, 13:58 (Europe/Berlin)",
    ]) {
      expect(within(card).getByText(said)).toBeTruthy();
    }
  });

  it("say why where there is none", async () => {
    const reason = "No commits are known.";
    const coding = { median: null, p75: null, p90: null, n: 0, reason };
    open("/pull-requests", {
      [FIGURES]: () =>
        figures({ batch_size: { ...coding, unit: "lines", definition: "batch_size" } }),
    });
    expect(await screen.findByText(reason)).toBeTruthy();
  });

  it("about too few people are not shown, and the page says so", async () => {
    const suppressed = { reason: "Only 1 person merged something.", minimum_group_size: 3 };
    open("/pull-requests", {
      [FIGURES]: () => figures({ suppressed, cycle_time: null, throughput: null, people: null }),
    });
    expect(await screen.findByText(suppressed.reason)).toBeTruthy();
    expect(screen.queryByText("Review rate")).toBeNull();
    expect(await screen.findByText("Fix the retry")).toBeTruthy();
  });
});

describe("the badge of incomplete data", () => {
  const incomplete = {
    complete: false,
    reason: "1 of 3 repositories is not read to the end yet.",
    fresh_to: null,
  };

  it("stands on every figure and every picture, and says why", async () => {
    open("/pull-requests", { [FIGURES]: () => figures({ completeness: incomplete }) });
    const badges = await screen.findAllByRole("button", { name: /rests on incomplete data/ });
    expect(badges.map((badge) => badge.getAttribute("aria-label")?.split(" rests")[0])).toEqual([
      "Cycle time",
      "Time to first review",
      "Review rate",
      "Batch size",
      "Throughput",
      "Where the time goes, week by week",
      "How long they took",
    ]);
    await userEvent.click(badges[0] as HTMLElement);
    expect(await screen.findByText(incomplete.reason)).toBeTruthy();
    const more = screen.getByRole("link", { name: "See the data quality" });
    expect(more.getAttribute("href")).toBe("/data-quality");
  });

  it("stands on the scatter and the list of their own answers", async () => {
    const rows = { items: [row()], total: 1, page: 1, page_size: 25, completeness: incomplete };
    const points = { points: [], n: 0, shown: 0, sampled: false, completeness: incomplete };
    open("/pull-requests", { [TABLE]: () => rows, [`${TABLE}/scatter`]: () => points });
    for (const of of ["Every pull request", "The list"]) {
      expect(
        await screen.findByRole("button", { name: `${of} rests on incomplete data` }),
      ).toBeTruthy();
    }
    expect(screen.queryByRole("button", { name: /^Cycle time rests/ })).toBeNull();
  });
});

describe("a filter", () => {
  it("changes the address", async () => {
    const { search, asked } = open("/pull-requests?page=3");
    await screen.findByText("1 d 4 h");
    await userEvent.click(screen.getByRole("switch", { name: "Include bots" }));
    await userEvent.click(screen.getByRole("radio", { name: "30 days" }));
    await waitFor(() => expect(search()).toEqual({ bots: true, days: 30 }));
    expect(asked.at(-1)).toContain("bots=true");
  });

  it("asks for working time, and says whose", async () => {
    const { search, asked } = open("/pull-requests");
    await screen.findByText("1 d 4 h");
    await userEvent.click(screen.getByRole("switch", { name: "Working time" }));
    await waitFor(() => expect(search()).toEqual({ time: "working" }));
    await waitFor(() => expect(asked.at(-1)).toContain("time=working"));
    expect(screen.getByText(/Working time, by the calendars of the authors’ teams/)).toBeTruthy();
  });
});

describe("a chart", () => {
  it("is a table where the address says so, hidden weeks explained", async () => {
    open('/pull-requests?tables=["stages"]');
    const table = await screen.findByRole("region", {
      name: "Stages of each week's median cycle time",
    });
    expect(within(table).getByText("17 Aug 2026 (partial)")).toBeTruthy();
    expect(within(table).getByText("hidden: too few people")).toBeTruthy();
    expect(within(table).getByText("14 h")).toBeTruthy();
  });

  it("becomes one by its button", async () => {
    const { search } = open("/pull-requests");
    await userEvent.click(
      await screen.findByRole("button", { name: "Show how long they took as table" }),
    );
    expect(search()).toEqual({ tables: ["distribution"] });
    expect(await screen.findByText("1 – 4 h")).toBeTruthy();
  });
});

describe("the table", () => {
  it("sorts on the server, downward first", async () => {
    const { asked, search } = open("/pull-requests");
    await userEvent.click(await screen.findByRole("button", { name: "Cycle time" }));
    await waitFor(() => expect(search()).toEqual({ sort: "-cycle_time" }));
    await userEvent.click(await screen.findByRole("button", { name: "Cycle time" }));
    await waitFor(() => expect(search()).toEqual({ sort: "cycle_time" }));
    expect(asked.some((address) => address.includes("sort=cycle_time"))).toBe(true);
  });

  it("shows where an open pull request stands", async () => {
    const waiting = row({
      state: "open",
      merged_at: null,
      cycle_seconds: null,
      stage: "pickup",
      stage_since: "2026-08-18T08:00:00Z",
    });
    open("/pull-requests?state=open", {
      [TABLE]: () => ({ items: [waiting], total: 1, page: 1, page_size: 25, completeness: whole }),
    });
    expect(await screen.findByRole("heading", { name: "Open now" })).toBeTruthy();
    const table = await screen.findByRole("table");
    expect(within(table).getByText("Pickup")).toBeTruthy();
  });

  it("opens a pull request's timeline, with what did not count", async () => {
    const { search } = open("/pull-requests");
    await userEvent.click(await screen.findByRole("button", { name: "Fix the retry" }));
    await waitFor(() => expect(search()).toEqual({ pr: 11 }));
    expect(await screen.findByText("A bot's review does not count.")).toBeTruthy();
    const link = screen.getByRole("link", { name: "Open in GitHub" });
    expect(link.getAttribute("href")).toBe("https://ghes.example/org/one/pull/101");
  });

  it("can be taken along as CSV with the same filters", async () => {
    open("/pull-requests?q=retry&sort=-size");
    const link = await screen.findByRole("link", { name: "CSV" });
    expect(link.getAttribute("href")).toBe(
      "/api/v1/pull-requests.csv?team=a&from=2026-05-23&to=2026-08-21&bots=false&time=elapsed&state=merged&search=retry&sort=-size",
    );
  });
});

describe("an empty page says why and what next", () => {
  const nothing = {
    [FIGURES]: () =>
      figures({
        throughput: { merged: 0, per_week_median: null, weeks: 12, definition: "throughput" },
      }),
  };

  it("where nothing is connected", async () => {
    const admin = { ...me().links, admin: "/admin/" };
    open("/pull-requests", {
      "/api/v1/me": () => me({ links: admin }),
      [STATUS]: () => status({ state: "not_connected", stored: 0, expected: null }),
    });
    expect(await screen.findByRole("heading", { name: "Nothing is connected yet" })).toBeTruthy();
    const step = screen.getByRole("link", { name: "Open the administration" });
    expect(step.getAttribute("href")).toBe("/admin/");
  });

  it("where the collection has begun", async () => {
    open("/pull-requests", {
      [STATUS]: () => status({ state: "syncing", stored: 0, expected: 16_398, eta_seconds: 120 }),
    });
    expect(await screen.findByText(/0 of 16,398 pull requests, about 2 min left\./)).toBeTruthy();
  });

  it("where not even the teams have arrived", async () => {
    open("/pull-requests", {
      "/api/v1/me": () => me({ teams: [] }),
      [STATUS]: () => status({ state: "syncing", stored: 0, expected: null }),
    });
    const title = "The first data is on its way";
    expect(await screen.findByRole("heading", { name: title, level: 1 })).toBeTruthy();
  });

  it("where the source keeps it waiting", async () => {
    open("/pull-requests", {
      [STATUS]: () => status({ state: "syncing", waiting_until: "2026-08-20T12:30:00Z" }),
    });
    expect(await screen.findByText(/rate limit until 14:30/)).toBeTruthy();
    expect(await screen.findByText("1 d 4 h")).toBeTruthy();
  });

  it("where the connection fails", async () => {
    open("/pull-requests", {
      [STATUS]: () =>
        status({
          state: "misconfigured",
          stored: 0,
          reason: "The token was refused.",
          action: "Make a new token.",
        }),
    });
    expect(await screen.findByText("The token was refused.")).toBeTruthy();
    expect(screen.getByText("Make a new token.")).toBeTruthy();
  });

  it("where the range holds nothing, offering the nearest that does", async () => {
    const { search } = open("/pull-requests?days=30", {
      ...nothing,
      [TABLE]: () => ({
        items: [row({ merged_at: "2026-02-28T09:00:00Z" })],
        completeness: whole,
        total: 1,
        page: 1,
        page_size: 1,
      }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Show 30 Jan – 28 Feb 2026" }));
    expect(search()).toEqual({ from: "2026-01-30", to: "2026-03-01" });
  });

  it("where nothing was ever merged", async () => {
    open("/pull-requests", {
      ...nothing,
      [TABLE]: () => ({ items: [], total: 0, page: 1, page_size: 1, completeness: whole }),
    });
    expect(await screen.findByText(/Nor was anything in the three years/)).toBeTruthy();
  });

  it("where the viewer leads no team", async () => {
    open("/pull-requests", { "/api/v1/me": () => me({ teams: [] }) });
    expect(await screen.findByRole("heading", { name: "You are in no team yet" })).toBeTruthy();
  });
});

describe("a failure", () => {
  it("says what to do, and can be tried again", async () => {
    let busy = true;
    const refusal = new Refusal(503, {
      code: "busy",
      message: "The database did not answer in time.",
      action: "Try again in a moment.",
    });
    open("/pull-requests", { [FIGURES]: () => (busy ? refusal : figures()) });
    const alert = await screen.findByRole("alert");
    expect(within(alert).getByText("Try again in a moment.")).toBeTruthy();
    busy = false;
    await userEvent.click(within(alert).getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("1 d 4 h")).toBeTruthy();
  });
});
