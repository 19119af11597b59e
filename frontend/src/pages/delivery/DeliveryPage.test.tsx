import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { me, status, whole } from "../../testing/answers";
import {
  choices,
  deployment,
  deploymentDetail,
  deploymentFigures,
} from "../../testing/deployments";
import { type Answers, open as openPage, Refusal } from "../../testing/page";
import { divided } from "./Pictures";

const FIGURES = "/api/v1/deployments/figures";
const TABLE = "/api/v1/deployments";
const CHOICES = "/api/v1/deployments/choices";
const CANDIDATES = "/api/v1/deployments/candidates";
const ONE = "/api/v1/deployments/31";
const ADMIN = { ...me().links, admin: "/admin/" };

const page = (...items: ReturnType<typeof deployment>[]) => ({
  items,
  total: items.length,
  page: 1,
  page_size: 25,
  completeness: whole,
});

function open(address: string, answers: Answers = {}) {
  return openPage(address, {
    [FIGURES]: () => deploymentFigures(),
    [TABLE]: () => page(deployment()),
    [CHOICES]: () => choices(),
    [ONE]: () => deploymentDetail(),
    ...answers,
  });
}

describe("the four keys", () => {
  it("are of production, of the viewer's first team, unless the address says otherwise", async () => {
    const { asked } = open("/delivery");
    await screen.findByText("3.5");
    expect(asked).toContain(
      `${FIGURES}?team=a&from=2026-05-23&to=2026-08-21&bots=false&environment=production&repository=&service=`,
    );
  });

  it("follow the address", async () => {
    const { asked } = open(
      "/delivery?team=b&days=30&environment=staging&repository=org%2Fshop&service=checkout",
    );
    await screen.findByText("3.5");
    expect(asked).toContain(
      `${FIGURES}?team=b&from=2026-07-22&to=2026-08-21&bots=false&environment=staging&repository=org%2Fshop&service=checkout`,
    );
  });

  it("name their band with the report's year and words", async () => {
    open("/delivery");
    const key = await screen.findByRole("region", { name: "Deployment frequency" });
    expect(key.textContent).toContain(
      "high in the DORA report of 2024:between once per day and once per week",
    );
    expect(within(key).getByText("38 of 90")).toBeTruthy();
  });

  it("say why where there is none", async () => {
    const reason = "No deployment of this range had to be fixed and was.";
    const none = { median: null, p75: null, p90: null, n: 0, unit: "seconds", reason } as const;
    open("/delivery", {
      [FIGURES]: () =>
        deploymentFigures({ time_to_restore: { ...none, definition: "time_to_restore" } }),
    });
    expect(await screen.findByText(reason)).toBeTruthy();
  });

  it("of too few people are not shown, and the page says so", async () => {
    const suppressed = { reason: "Only 1 person had a change deployed.", minimum_group_size: 3 };
    open("/delivery", { [FIGURES]: () => deploymentFigures({ suppressed, lead_time: null }) });
    expect(await screen.findByText(suppressed.reason)).toBeTruthy();
    expect(screen.queryByRole("region", { name: "Lead time for changes" })).toBeNull();
  });

  it("carry the badge of incomplete data", async () => {
    const completeness = { complete: false, reason: "Not all is read.", fresh_to: null };
    open("/delivery", { [FIGURES]: () => deploymentFigures({ completeness }) });
    const badges = await screen.findAllByRole("button", { name: /rests on incomplete data/ });
    expect(badges).toHaveLength(6);
  });
});

describe("what is older than what is kept", () => {
  it("has no keys, and the page says why and since when, not that nothing was deployed", async () => {
    const not_kept = "Nothing is left to measure: the range begins before what is kept.";
    const reason = "What ended before 1 August 2025 is older than what is kept of deployments.";
    open("/delivery", {
      [FIGURES]: () =>
        deploymentFigures({
          not_kept,
          deployment_frequency: null,
          lead_time: null,
          completeness: { complete: false, reason, fresh_to: null },
        }),
    });
    expect(await screen.findByText(not_kept)).toBeTruthy();
    expect(screen.getByText(reason)).toBeTruthy();
    expect(screen.queryByText(/Nothing was deployed/)).toBeNull();
    expect(screen.queryByRole("region", { name: "Deployment frequency" })).toBeNull();
  });

  it("is a gap in the chart and no 0 in its table", async () => {
    const { weeks } = deploymentFigures();
    const gone = weeks.slice(1).map((week) => ({ ...week, suppressed: false, partial: false }));
    expect(gone.map(divided)).toEqual([
      expect.objectContaining({ hidden: false, held: null, failing: null, attempts: null }),
    ]);
    open('/delivery?tables=["weeks"]', {
      [FIGURES]: () => deploymentFigures({ weeks: [...gone, ...weeks.slice(0, 1)] }),
    });
    const table = await screen.findByRole("region", { name: "The four keys of each week" });
    expect(within(table).getAllByText("not kept")).toHaveLength(3);
    expect(screen.getByText("1 week older than what is kept.")).toBeTruthy();
  });
});

describe("the weeks", () => {
  it("are a table where the address says so, hidden ones explained", async () => {
    open('/delivery?tables=["weeks"]');
    const table = await screen.findByRole("region", { name: "The four keys of each week" });
    expect(within(table).getByText("17 Aug 2026 (partial)")).toBeTruthy();
    expect(within(table).getAllByText("hidden")).toHaveLength(6);
    expect(within(table).getByText("20 %")).toBeTruthy();
  });
});

describe("the table", () => {
  it("says what became of each, and sorts and narrows on the server", async () => {
    const { search } = open("/delivery");
    const table = await screen.findByRole("region", { name: "Deployments" });
    expect(within(table).getByText("Failed in use")).toBeTruthy();
    expect(within(table).getByText(/c0ffee123/).textContent).toContain(", GitHub deployment");
    await userEvent.click(within(table).getByRole("button", { name: "Changes" }));
    await waitFor(() => expect(search()).toEqual({ sort: "-changes" }));
  });

  it("can be taken along as CSV with the same filters", async () => {
    open("/delivery?outcome=failed&q=one");
    const link = await screen.findByRole("link", { name: "CSV" });
    expect(link.getAttribute("href")).toBe(
      "/api/v1/deployments.csv?team=a&from=2026-05-23&to=2026-08-21&bots=false&environment=production&repository=&service=&outcome=failed&search=one&sort=-finished_at",
    );
  });
});

describe("one deployment", () => {
  it("tells its changes with their lead times, what fixed it and why it is one", async () => {
    const { search } = open("/delivery");
    await userEvent.click(await screen.findByRole("button", { name: "org/one" }));
    await waitFor(() => expect(search()).toEqual({ deployment: 31 }));
    const drawer = await screen.findByRole("dialog", { name: "Deployment" });
    expect(await within(drawer).findByText("1 d 5 h")).toBeTruthy();
    expect(within(drawer).getByText(/built-in names/)).toBeTruthy();
    expect(within(drawer).getByText(/Restored 19 Aug 2026, 16:00, after 2 h/)).toBeTruthy();
    expect(within(drawer).queryByRole("button", { name: "Correct this …" })).toBeNull();
    const change = within(drawer).getByRole("link", { name: "Fix the retry" });
    expect(change.getAttribute("href")).toBe("/pull-requests?pr=11");
  });

  it("says why its changes are not known", async () => {
    const contents_reason = "Its commit is not known.";
    open("/delivery?deployment=31", {
      [ONE]: () => deploymentDetail({ listed: [], changes: null, contents_reason }),
    });
    expect(await screen.findByText(contents_reason)).toBeTruthy();
  });

  it("can be corrected by who may, with a reason", async () => {
    const { sent } = open("/delivery?deployment=31", {
      [ONE]: () => deploymentDetail({ may_correct: true }),
      [`${ONE}/fixes`]: () => deploymentDetail({ may_correct: true, is_pending: true }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Correct this …" }));
    await userEvent.click(await screen.findByPlaceholderText("Choose"));
    await userEvent.click(
      await screen.findByRole("option", { name: "Incident INC-7 was its doing" }),
    );
    await userEvent.type(screen.getByRole("textbox", { name: /Reason/ }), "By the on-call's log. ");
    await userEvent.click(screen.getByRole("button", { name: "Record it" }));
    expect(await screen.findByText(/Recorded\./)).toBeTruthy();
    expect(sent).toEqual([{ verdict: "fixed_by", incident: 5, reason: "By the on-call's log." }]);
  });

  it("leads to the issue that an incident is, and lets who may say that it was not its doing", async () => {
    const incident = {
      source: "jira",
      id: 5,
      external_id: "OPS-12",
      url: "https://jira.example/browse/OPS-12",
      started_at: "2026-08-19T12:30:00Z",
      resolved_at: "2026-08-19T15:00:00Z",
    } as const;
    const brought = {
      kind: "incident",
      deployment: deploymentDetail().later[0] ?? null,
      incident,
      is_inferred: true,
      restored_at: "2026-08-19T14:00:00Z",
      restore_seconds: 7200,
    } as const;
    const ended = {
      ...brought,
      deployment: null,
      restored_at: "2026-08-19T15:00:00Z",
      restore_seconds: 10_800,
    };
    const { sent } = open("/delivery?deployment=31", {
      [ONE]: () => deploymentDetail({ may_correct: true, fixes: [brought, ended] }),
      [`${ONE}/fixes`]: () => deploymentDetail({ may_correct: true }),
    });
    const links = await screen.findAllByRole("link", { name: "issue OPS-12" });
    expect(links.map((link) => link.getAttribute("href"))).toEqual([incident.url, incident.url]);
    expect(links[0]?.closest("li")?.textContent).toContain(
      ": a change for issue OPS-12, inferred by time alone",
    );
    expect(links[1]?.closest("li")?.textContent).toContain(
      "Fixed by issue OPS-12: the end of an incident, inferred by time alone",
    );
    await userEvent.click(screen.getByRole("button", { name: "Correct this …" }));
    await userEvent.click(await screen.findByPlaceholderText("Choose"));
    expect(
      await screen.findByRole("option", { name: "Incident INC-7 was its doing" }),
    ).toBeTruthy();
    await userEvent.click(
      await screen.findByRole("option", { name: "Issue OPS-12 was not its doing" }),
    );
    await userEvent.type(screen.getByRole("textbox", { name: /Reason/ }), "A drill.");
    await userEvent.click(screen.getByRole("button", { name: "Record it" }));
    await waitFor(() =>
      expect(sent).toEqual([{ verdict: "not_fixed_by", issue: 5, reason: "A drill." }]),
    );
  });

  it("lists corrections, and lets who may take them back", async () => {
    const correction = {
      id: 3,
      verdict: "not_fixed_by",
      deployment: deploymentDetail().later[0] ?? null,
      incident: null,
      fix_key: "4712",
      reason: "A drill.",
      made_by: "Administrator",
      made_at: "2026-08-20T09:00:00Z",
    } as const;
    const { asked } = open("/delivery?deployment=31", {
      [ONE]: () => deploymentDetail({ may_correct: true, corrections: [correction] }),
      [`${ONE}/fixes/3`]: () => deploymentDetail({ may_correct: true }),
    });
    expect(await screen.findByText(/is no fix of it: “A drill\.”/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Take back" }));
    await waitFor(() => expect(asked).toContain(`${ONE}/fixes/3`));
  });
});

describe("what counts", () => {
  it("lists environments that count nowhere, and leads who may to the rules", async () => {
    open("/delivery", { "/api/v1/me": () => me({ links: ADMIN }) });
    const table = await screen.findByRole("region", { name: "Environments that no rule maps" });
    expect(within(table).getByText("docs")).toBeTruthy();
    const rules = screen.getByRole("link", { name: "Rules on deployments" });
    expect(rules.getAttribute("href")).toBe("/admin/delivery/deploymentrule/");
  });

  it("tells how many environments count nowhere where not all are shown", async () => {
    open("/delivery", { [CHOICES]: () => choices({ unmapped_in_all: 1200 }) });
    expect(await screen.findByText(/^1,200 environments that no rule maps/)).toBeTruthy();
    expect(screen.getByText("Shown are the 1 with the most deployments.")).toBeTruthy();
  });

  it("tells of each thing why it is a deployment or none", async () => {
    const reason = "No rule counts the tag “v1.0” as deployments.";
    const { search, asked } = open("/delivery", {
      [CANDIDATES]: () => ({
        items: [
          {
            repository: "org/one",
            source: "tag",
            key: "v1.0",
            name: "v1.0",
            service: null,
            sha: "c0ffee12",
            url: "https://ghes.example/org/one/releases/tag/v1.0",
            outcome: "succeeded",
            started_at: "2026-08-18T12:00:00Z",
            finished_at: "2026-08-18T12:00:00Z",
            counts_as: [],
            is_unmapped: false,
            reason,
          },
        ],
        total: 1,
        page: 1,
        page_size: 20,
      }),
    });
    const why = await screen.findByRole("button", { name: "Why each thing is one, or none" });
    await userEvent.click(why);
    await waitFor(() => expect(search()).toEqual({ considered: "all" }));
    expect(await screen.findByText(reason)).toBeTruthy();
    await userEvent.click(screen.getByRole("radio", { name: "None" }));
    await waitFor(() => expect(asked.some((one) => one.includes("counts=no"))).toBe(true));
  });
});

describe("an empty page says why and what next", () => {
  const NONE = { deployments: 0, per_day: 0, per_week: 0, days_with_one: 0, distribution: [] };
  const nothing = () => {
    const usual = deploymentFigures();
    return deploymentFigures({
      deployment_frequency: usual.deployment_frequency && {
        ...usual.deployment_frequency,
        ...NONE,
      },
    });
  };

  it("where no deployment is defined", async () => {
    open("/delivery", {
      "/api/v1/me": () => me({ links: ADMIN }),
      [FIGURES]: nothing,
      [CHOICES]: () => choices({ services: [], environments: [] }),
    });
    const title = "No deployment is defined yet";
    expect(await screen.findByRole("heading", { name: title })).toBeTruthy();
    const step = screen.getByRole("link", { name: "Define deployments" });
    expect(step.getAttribute("href")).toBe("/admin/delivery/deploymentrule/");
    expect(screen.getByText("docs")).toBeTruthy();
  });

  it("where the range holds nothing, offering the nearest that does", async () => {
    const { search } = open("/delivery?days=30", {
      [FIGURES]: nothing,
      [TABLE]: () => page(deployment({ finished_at: "2026-02-28T09:00:00Z" })),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Show 30 Jan – 28 Feb 2026" }));
    expect(search()).toEqual({ from: "2026-01-30", to: "2026-03-01" });
  });

  it("where the collection has begun", async () => {
    open("/delivery", {
      "/api/v1/status": () => status({ state: "syncing", stored: 0, expected: 120 }),
    });
    const title = "The first data is on its way";
    expect(await screen.findByRole("heading", { name: title })).toBeTruthy();
  });
});

it("tells of a failure and what to do", async () => {
  open("/delivery", {
    [FIGURES]: () =>
      new Refusal(503, { code: "busy", message: "Busy.", action: "Try again in a moment." }),
  });
  expect(await screen.findByText("Try again in a moment.")).toBeTruthy();
});

it("takes team and range along to the other pages", async () => {
  open("/delivery?team=b&days=30&environment=staging");
  const pages = await screen.findByRole("navigation", { name: "Pages" });
  const link = within(pages).getByRole("link", { name: "Pull requests" });
  expect(link.getAttribute("href")).toBe("/pull-requests?team=b&days=30");
});
