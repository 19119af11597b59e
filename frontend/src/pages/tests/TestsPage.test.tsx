import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { me } from "../../testing/answers";
import { type Answers, open as openOn } from "../../testing/page";
import { aTest, group, page, runFigures, testDetail } from "./answers";

const AT = "/api/v1/tests";
const NOTE = "A renamed test is another one.";
const USUAL: Answers = {
  [`${AT}/figures`]: () => runFigures(),
  [`${AT}/choices`]: () => ({
    items: [{ source: "workflow", repository: "org/one", name: "CI", runs: 80 }],
  }),
  [`${AT}/heatmap`]: () => ({
    days: ["2026-08-18"],
    not_kept: null,
    rows: [
      {
        repository: "org/one",
        source: "workflow",
        name: "CI",
        suppressed: false,
        cells: [
          {
            day: "2026-08-18",
            suppressed: false,
            runs: 5,
            succeeded: 3,
            failed: 1,
            failure_rate: 0.25,
            duration_median: 600,
          },
          {
            day: "2026-08-19",
            suppressed: true,
            runs: null,
            succeeded: null,
            failed: null,
            failure_rate: null,
            duration_median: null,
          },
        ],
      },
    ],
    total: 31,
  }),
  [`${AT}/workflows`]: () => page(group()),
  [`${AT}/jobs`]: () => page(group({ name: "test", wasted_seconds: null })),
  [`${AT}/flaky`]: () => ({ ...page(aTest()), note: NOTE }),
  [`${AT}/failing`]: () => ({ ...page(aTest()), note: NOTE }),
  [`${AT}/slowest`]: () => ({ ...page(aTest()), note: NOTE }),
  [`${AT}/7`]: () => testDetail(),
  [`${AT}/7/mute`]: () => ({ muted: null }),
};

const open = (address: string, answers: Answers = {}) => openOn(address, { ...USUAL, ...answers });

describe("what is older than what is kept", () => {
  it("has no figures, and the page says why and not that nothing ran", async () => {
    const not_kept = "Nothing is left to measure: the range begins before what is kept.";
    open("/tests", {
      [`${AT}/figures`]: () => runFigures({ not_kept, runs: null, failure_rate: null }),
    });
    expect(await screen.findByText(not_kept)).toBeTruthy();
    expect(screen.queryByRole("region", { name: "Failure rate" })).toBeNull();
    expect(screen.queryByText(/Nothing ran/)).toBeNull();
  });

  it("is said of the weeks and days that a range holds of it", async () => {
    const { weeks } = runFigures();
    const gone = weeks.slice(1).map((week) => ({ ...week, suppressed: false, partial: false }));
    open('/tests?tables=["durations"]', {
      [`${AT}/figures`]: () => runFigures({ weeks: [...gone, ...weeks.slice(0, 1)] }),
    });
    const table = await screen.findByRole("region", { name: "Runs of each week" });
    expect(within(table).getByText("not kept")).toBeTruthy();
    expect(screen.getByText("1 week older than what is kept.")).toBeTruthy();
    expect(
      await screen.findByText("Days before 18 Aug 2026 are older than what is kept."),
    ).toBeTruthy();
  });
});

describe("the figures", () => {
  it("are of the range and the team, with what they are of", async () => {
    const { asked } = open("/tests?days=30");
    const rate = await screen.findByRole("region", { name: "Failure rate" });
    expect(within(rate).getByText("20 %")).toBeTruthy();
    expect(within(rate).getByText("of 90 runs")).toBeTruthy();
    const outcomes = screen.getByRole("list", { name: "Runs by outcome" });
    expect(within(outcomes).getByText("cancelled or skipped")).toBeTruthy();
    const wasted = screen.getByRole("region", { name: "Wasted time" });
    expect(within(wasted).getByText("1 h 30 min")).toBeTruthy();
    expect(asked).toContain(
      `${AT}/figures?team=a&from=2026-07-22&to=2026-08-21&bots=false&repository=&source=&workflow=&branch=&branches=all`,
    );
  });

  it("say why where there is none", async () => {
    const reason = "No run in this range tells when its jobs began and ended.";
    open("/tests", {
      [`${AT}/figures`]: () =>
        runFigures({
          wasted: { seconds: null, attempts: null, reason, definition: "wasted_time" },
        }),
    });
    expect(await screen.findByText(reason)).toBeTruthy();
  });

  it("about too few people are not shown; runs and tests still are", async () => {
    open("/tests", {
      [`${AT}/figures`]: () =>
        runFigures({
          suppressed: { reason: "Of fewer than 3 people.", minimum_group_size: 3 },
          runs: null,
        }),
    });
    expect(await screen.findByText("Of fewer than 3 people.")).toBeTruthy();
    expect(screen.queryByRole("region", { name: "Failure rate" })).toBeNull();
    expect(await screen.findByRole("heading", { name: "Runs by workflow" })).toBeTruthy();
  });
});

describe("a filter", () => {
  it("narrows the whole page to one workflow", async () => {
    const { search, asked } = open("/tests?by_page=2&page=3");
    await userEvent.click(await screen.findByRole("combobox", { name: "Workflow" }));
    await userEvent.click(await screen.findByRole("option", { name: "CI (org/one)" }));
    await waitFor(() =>
      expect(search()).toEqual({ workflow: "CI", source: "workflow", repository: "org/one" }),
    );
    await waitFor(() =>
      expect(asked.some((address) => address.includes("workflow=CI&branch="))).toBe(true),
    );
  });

  it("keeps to the default branch", async () => {
    const { search } = open("/tests");
    await userEvent.click(await screen.findByRole("combobox", { name: "Branches" }));
    await userEvent.click(await screen.findByRole("option", { name: "Default branch" }));
    await waitFor(() => expect(search()).toEqual({ branches: "default" }));
  });
});

describe("a chart", () => {
  it("is a table where the address says so", async () => {
    open('/tests?tables=["heat","durations"]');
    const days = await screen.findByRole("region", {
      name: "Runs that failed, by workflow and day",
    });
    expect(within(days).getByText("18 Aug 2026")).toBeTruthy();
    expect(within(days).getByText("25 %")).toBeTruthy();
    expect(within(days).getByText("hidden: too few people")).toBeTruthy();
    expect(screen.getByText(/1 workflow’s day without figures/)).toBeTruthy();
    const weeks = screen.getByRole("region", { name: "Runs of each week" });
    expect(within(weeks).getByText("26 min")).toBeTruthy();
    expect(within(weeks).getByText("hidden: too few people")).toBeTruthy();
    expect(screen.getByText(/most often run of 31/)).toBeTruthy();
  });
});

describe("the table of runs", () => {
  it("is by what is chosen, and sorts on the server", async () => {
    const { search, asked } = open("/tests");
    await userEvent.click(await screen.findByRole("button", { name: "Wasted" }));
    await waitFor(() => expect(search()).toEqual({ by_sort: "-wasted" }));
    await userEvent.click(screen.getByRole("radio", { name: "Job" }));
    await waitFor(() => expect(search()).toEqual({ by: "job" }));
    expect(await screen.findByRole("heading", { name: "Runs by job" })).toBeTruthy();
    expect(asked.some((address) => address.startsWith(`${AT}/jobs?`))).toBe(true);
  });

  it("opens the jobs of a workflow", async () => {
    const { search } = open("/tests");
    await userEvent.click(await screen.findByRole("button", { name: "CI" }));
    await waitFor(() =>
      expect(search()).toEqual({
        workflow: "CI",
        source: "workflow",
        repository: "org/one",
        by: "job",
      }),
    );
  });
});

describe("the tests", () => {
  it("that are flaky come with their proof, their owner and what is to be known", async () => {
    open("/tests");
    const table = await screen.findByRole("region", { name: "Flaky tests, one by one" });
    expect(within(table).getByText("13 %")).toBeTruthy();
    expect(within(table).getByText("5 of 40")).toBeTruthy();
    expect(within(table).getByRole("link", { name: "0123456" }).getAttribute("href")).toContain(
      "/commit/0123456789",
    );
    expect(within(table).getByText("@org/core")).toBeTruthy();
    expect(screen.getByText(NOTE)).toBeTruthy();
  });

  it("say that they are muted, until when and why", async () => {
    const muted = {
      reason: "Looked into.",
      until: "2026-09-01",
      by: "Administrator",
      at: "2026-08-19T08:00:00Z",
    };
    open("/tests", { [`${AT}/flaky`]: () => ({ ...page(aTest({ muted })), note: NOTE }) });
    expect(await screen.findByText(/Muted to the end of 1 Sept 2026: Looked into\./)).toBeTruthy();
  });

  it("that are slowest can be taken along as CSV, searched and sorted", async () => {
    open("/tests?list=slowest&q=retry&list_sort=-slowest");
    await screen.findByRole("heading", { name: "Slowest tests" });
    const links = screen.getAllByRole("link", { name: "CSV" });
    expect(links.at(-1)?.getAttribute("href")).toBe(
      `${AT}/slowest.csv?team=a&from=2026-05-23&to=2026-08-21&bots=false&repository=&show=all&search=retry&sort=-slowest`,
    );
  });

  it("are asked for where there is no report, with the way to send one", async () => {
    const reason = "No test results are known of these repositories in this range.";
    open("/tests", {
      "/api/v1/me": () => me({ links: { ...me().links, admin: "/admin/" } }),
      [`${AT}/figures`]: () => runFigures({ tests: null, tests_reason: reason }),
      [`${AT}/flaky`]: () => ({ ...page(), note: NOTE }),
    });
    expect(await screen.findByText(reason)).toBeTruthy();
    expect(screen.getByText(/api\/v1\/test-results\?sha=/)).toBeTruthy();
    const step = screen.getByRole("link", { name: "Make a token" });
    expect(step.getAttribute("href")).toBe("/admin/delivery/ingesttoken/add/");
  });
});

describe("one test", () => {
  it("opens with the commits that prove it flaky and their runs", async () => {
    const { search, asked } = open("/tests");
    await userEvent.click(
      await screen.findByRole("button", { name: "retry survives a broken broker" }),
    );
    await waitFor(() => expect(search()).toEqual({ test: 7 }));
    const drawer = await screen.findByRole("dialog", { name: "Test" });
    expect(await within(drawer).findByText(/5 of 40 commits with both outcomes/)).toBeTruthy();
    const run = within(drawer).getByRole("link", { name: "its run" });
    expect(run.getAttribute("href")).toBe("https://ghes.example/org/one/actions/runs/5");
    expect(within(drawer).queryByRole("button", { name: "Mute …" })).toBeNull();
    expect(asked).toContain(`${AT}/7?from=2026-05-23&to=2026-08-21`);
  });

  it("is muted by an administrator with a reason and an end", async () => {
    const { sent } = open("/tests?test=7", {
      "/api/v1/me": () => me({ role: "administrator" }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Mute …" }));
    const dialog = await screen.findByRole("form", { name: "Mute this test" });
    await userEvent.type(within(dialog).getByLabelText(/^Reason/), "  Looked into.  ");
    await userEvent.click(within(dialog).getByRole("button", { name: "Mute" }));
    await waitFor(() => expect(sent).toEqual([{ reason: "Looked into.", until: "2026-09-03" }]));
    await waitFor(() => expect(screen.queryByRole("form", { name: "Mute this test" })).toBeNull());
  });
});

it("where nothing ran offers the nearest range in which something did", async () => {
  const { search } = open("/tests?days=30", {
    [`${AT}/figures`]: () =>
      runFigures({
        runs: { total: 0, succeeded: 0, failed: 0, neither: 0, definition: "test_runs" },
      }),
    [`${AT}/workflows`]: () => page(group({ last_finished_at: "2026-02-28T09:00:00Z" })),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Show 30 Jan – 28 Feb 2026" }));
  expect(search()).toEqual({ from: "2026-01-30", to: "2026-03-01" });
});
