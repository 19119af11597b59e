import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { me } from "../../testing/answers";
import {
  issueDetail,
  issueFigures,
  issuePoint,
  issueRow,
  sprint,
  sprintDetail,
  wholeIssues,
} from "../../testing/issues";
import { type Answers, open as openPage, Refusal } from "../../testing/page";
import type { IssueCompleteness } from "./types";

const FIGURES = "/api/v1/issues/figures";
const TABLE = "/api/v1/issues";
const CHOICES = "/api/v1/issues/choices";
const SCOPE = "team=a&from=2026-05-23&to=2026-08-21&bots=false";

const page = (...items: ReturnType<typeof issueRow>[]) => ({
  items,
  total: items.length,
  page: 1,
  page_size: 25,
  completeness: wholeIssues,
});

const scatter = () => ({
  points: [issuePoint(), issuePoint({ id: 22, key: "FORGE-22", active_seconds: 180_000 })],
  n: 2,
  shown: 2,
  sampled: false,
  completeness: wholeIssues,
});

function open(address: string, answers: Answers = {}) {
  return openPage(address, {
    [FIGURES]: () => issueFigures(),
    [TABLE]: () => page(issueRow()),
    [CHOICES]: () => ({
      projects: [{ key: "FORGE", name: "Forge" }],
      issue_types: ["Bug", "Story"],
    }),
    [`${TABLE}/21`]: () => issueDetail(),
    [`${TABLE}/scatter`]: () => scatter(),
    "/api/v1/sprints": () => ({ items: [sprint()] }),
    "/api/v1/sprints/5": () => sprintDetail(),
    ...answers,
  });
}

describe("what is older than what is kept", () => {
  it("has no figures but of what is going on now, and the page says why", async () => {
    const not_kept = "Nothing is left to measure: the range begins before what is kept.";
    open("/issues", {
      [FIGURES]: () => issueFigures({ not_kept, cycle_time: null, throughput: null }),
    });
    expect(await screen.findByText(not_kept)).toBeTruthy();
    expect(screen.queryByText(/No issue was done/)).toBeNull();
    expect(screen.queryByRole("region", { name: "Cycle time" })).toBeNull();
  });

  it("is no 0 in the table of weeks, and no sprint of too few people", async () => {
    const { weeks } = issueFigures();
    const gone = weeks.slice(1).map((week) => ({ ...week, suppressed: false, partial: false }));
    const over = sprint({ committed: null, reason: "Nothing is left to measure." });
    open('/issues?tables=["weeks"]', {
      [FIGURES]: () => issueFigures({ weeks: [...gone, ...weeks.slice(0, 1)] }),
      "/api/v1/sprints": () => ({ items: [over] }),
    });
    const table = await screen.findByRole("region", { name: "Issues of each week" });
    expect(within(table).getByText("not kept")).toBeTruthy();
    expect(screen.getByText("1 week older than what is kept.")).toBeTruthy();
    expect((await screen.findByTitle("Nothing is left to measure.")).textContent).toBe("–");
  });
});

describe("the figures", () => {
  it("are of the viewer's first team, unless the address says otherwise", async () => {
    const { asked } = open("/issues");
    const cycle = await screen.findByRole("region", { name: "Cycle time" });
    expect(within(cycle).getAllByText("1 d 1 h")).not.toHaveLength(0);
    expect(asked).toContain(`${FIGURES}?${SCOPE}&project=&issue_type=&subtasks=false`);
  });

  it("follow the address", async () => {
    const { asked } = open("/issues?project=FORGE&type=Bug&parts=true");
    await screen.findByRole("region", { name: "Cycle time" });
    expect(asked).toContain(`${FIGURES}?${SCOPE}&project=FORGE&issue_type=Bug&subtasks=true`);
  });

  it("say what went straight to done, and what had been re-opened", async () => {
    open("/issues");
    expect(
      await screen.findByText("6 went straight to done: they have no cycle time"),
    ).toBeTruthy();
    expect(screen.getByText("4 had been re-opened")).toBeTruthy();
  });

  it("say why where there is none", async () => {
    const reason = "Nothing that was done in this range was ever begun.";
    const none = {
      median: null,
      p75: null,
      p85: null,
      p90: null,
      n: 0,
      unit: "seconds",
      reason,
    } as const;
    open("/issues", {
      [FIGURES]: () => issueFigures({ cycle_time: { ...none, definition: "issue_cycle_time" } }),
    });
    expect(await screen.findByText(reason)).toBeTruthy();
  });

  it("of too few people are not shown, and the page says so", async () => {
    const suppressed = { reason: "Worked on by fewer than 3 people.", minimum_group_size: 3 };
    open("/issues", {
      [FIGURES]: () => issueFigures({ suppressed, cycle_time: null, throughput: null }),
    });
    expect(await screen.findByText(suppressed.reason)).toBeTruthy();
    expect(screen.queryByRole("region", { name: "Cycle time" })).toBeNull();
  });

  it("are told beside a refusal in words", async () => {
    open("/issues", {
      [FIGURES]: () => new Refusal(503, { code: "busy", message: "Not now.", action: "Wait." }),
    });
    expect(await screen.findByText("Not now.")).toBeTruthy();
  });
});

describe("the weeks", () => {
  it("are a table where the address says so", async () => {
    open('/issues?tables=["weeks"]');
    const table = await screen.findByRole("region", { name: "Issues of each week" });
    expect(within(table).getByText("17 Aug 2026 (partial)")).toBeTruthy();
    expect(within(table).getAllByText("hidden")).toHaveLength(2);
  });
});

describe("what is in progress", () => {
  const going = (id: number, age: number | null, status: string) =>
    issueRow({ id, key: `FORGE-${id}`, status, state: "in_progress", age_seconds: age });

  it("is told against how long it took what was done", async () => {
    const { search } = open('/issues?tables=["age"]', {
      [TABLE]: () => page(going(31, 200_000, "Review"), going(32, 90_000, "In Progress")),
    });
    expect(await screen.findByText(/^1 of 2 is older than 2 d 2 h: 85 %/)).toBeTruthy();
    const table = screen.getByRole("region", { name: "The 2 oldest in progress" });
    expect(
      within(table)
        .getAllByText(/^(yes|no)$/)
        .map((cell) => cell.textContent),
    ).toEqual(["yes", "no"]);
    await userEvent.click(within(table).getByRole("button", { name: "FORGE-31" }));
    await waitFor(() => expect(search()).toMatchObject({ issue: 31 }));
  });

  it("is shown though nothing was done in the range", async () => {
    const none = { merged: 0, per_week_median: 0, weeks: 12, definition: "issue_throughput" };
    open("/issues", {
      [FIGURES]: () => issueFigures({ throughput: none, elapsed: null, work_in_progress: null }),
      [TABLE]: () => page(going(31, 200_000, "Review")),
    });
    expect(await screen.findByRole("heading", { name: /^No issue was done: / })).toBeTruthy();
    expect(await screen.findByRole("region", { name: "In progress now, by age" })).toBeTruthy();
    expect(screen.queryByRole("region", { name: "Every issue" })).toBeNull();
  });

  it("is compared with nothing where the figures are hidden", async () => {
    const suppressed = { reason: "Worked on by fewer than 3 people.", minimum_group_size: 3 };
    open("/issues", {
      [FIGURES]: () => issueFigures({ suppressed, elapsed: null, cycle_time: null }),
      [TABLE]: () => page(going(31, 200_000, "Review")),
    });
    expect(
      await screen.findByText("By status, and by the time since each was first begun."),
    ).toBeTruthy();
  });
});

describe("the scatter", () => {
  it("is a table of the longest first, which opens an issue by keyboard", async () => {
    const { search, asked } = open('/issues?project=FORGE&tables=["scatter"]');
    const table = await screen.findByRole("region", { name: "The 2 longest cycle times" });
    expect(asked).toContain(`${TABLE}/scatter?${SCOPE}&project=FORGE&issue_type=&subtasks=false`);
    const names = within(table).getAllByRole("button");
    expect(names.map((name) => name.textContent)).toEqual(["FORGE-22", "FORGE-21"]);
    names[1]?.focus();
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(search()).toMatchObject({ issue: 21 }));
  });

  it("says so where nothing was begun before it was done", async () => {
    open("/issues", { [`${TABLE}/scatter`]: () => ({ ...scatter(), points: [], n: 0 }) });
    expect(await screen.findByText("Nothing in this range has a cycle time.")).toBeTruthy();
  });
});

describe("the table", () => {
  it("sorts and narrows on the server, and keeps it in the address", async () => {
    const { search, asked } = open("/issues?state=in_progress");
    const table = await screen.findByRole("region", { name: "Issues" });
    expect(asked).toContain(
      `${TABLE}?${SCOPE}&project=&issue_type=&subtasks=false&state=in_progress&search=&sort=started_at&page=1&page_size=25`,
    );
    await userEvent.click(within(table).getByRole("button", { name: "In it since" }));
    await waitFor(() => expect(search()).toMatchObject({ sort: "-state_since" }));
  });

  it("tells what was never begun from what took no time", async () => {
    open("/issues", {
      [TABLE]: () => page(issueRow({ direct_to_done: true, active_seconds: null })),
    });
    expect(await screen.findByText("never begun")).toBeTruthy();
  });

  it("can be taken along as CSV with the same filters", async () => {
    open("/issues?state=open&q=rack");
    const section = await screen.findByRole("region", { name: "Open now" });
    const link = within(section).getByRole("link", { name: "CSV" });
    expect(link.getAttribute("href")).toBe(
      `${TABLE}.csv?${SCOPE}&project=&issue_type=&subtasks=false&state=open&search=rack&sort=started_at`,
    );
  });
});

describe("one issue", () => {
  it("tells its time in each status, its pull requests, and where the key stands", async () => {
    open("/issues?issue=21");
    const drawer = await screen.findByRole("dialog");
    expect(await within(drawer).findByText("1 h so far")).toBeTruthy();
    expect(within(drawer).getByText("not known")).toBeTruthy();
    expect(within(drawer).getByText(/the branch, a commit’s message/)).toBeTruthy();
    expect(within(drawer).getByText("Sprint 7")).toBeTruthy();
    const estimates = within(drawer).getByRole("region", { name: "Changes of the estimate" });
    expect(within(estimates).getByText("none")).toBeTruthy();
    expect(within(estimates).getByText("3 points")).toBeTruthy();
    const link = within(drawer).getByRole("link", { name: /Open in Jira/ });
    expect(link.getAttribute("href")).toBe("https://jira.example/browse/FORGE-21");
  });
});

describe("the sprints", () => {
  it("tell what each took on, and what became of it", async () => {
    open("/issues");
    const table = await screen.findByRole("region", { name: "Sprints of this range" });
    expect(within(table).getByText("12 (34 points)")).toBeTruthy();
    expect(within(table).getByText("under way")).toBeTruthy();
  });

  it("can be taken along as CSV with the same filters", async () => {
    open("/issues?project=FORGE");
    const table = await screen.findByRole("region", { name: "Sprints" });
    expect(within(table).getByRole("link", { name: "CSV" }).getAttribute("href")).toBe(
      `/api/v1/sprints.csv?${SCOPE}&project=FORGE&issue_type=&subtasks=false`,
    );
  });

  it("open into their burn-up, in the address", async () => {
    const { search, asked } = open("/issues");
    const table = await screen.findByRole("region", { name: "Sprints of this range" });
    await userEvent.click(within(table).getByRole("button", { name: "Sprint 5" }));
    await waitFor(() => expect(search()).toEqual({ sprint: 5 }));
    const drawer = await screen.findByRole("dialog");
    expect(await within(drawer).findByText("5 (3 points)")).toBeTruthy();
    expect(within(drawer).getByText("Carried over")).toBeTruthy();
    expect(asked).toContain(`/api/v1/sprints/5?${SCOPE}&project=&issue_type=&subtasks=false`);
  });

  it("burn up by points where the address says so", async () => {
    const { search } = open("/issues?sprint=5");
    const drawer = await screen.findByRole("dialog");
    const choice = await within(drawer).findByRole("radiogroup", { name: "Counted in" });
    await userEvent.click(within(choice).getByText("Points"));
    await waitFor(() => expect(search()).toEqual({ sprint: 5, burn_up: "points" }));
  });

  it("of too few people are hidden", async () => {
    open("/issues", {
      "/api/v1/sprints": () => ({ items: [sprint({ suppressed: true, committed: null })] }),
    });
    const table = await screen.findByRole("region", { name: "Sprints of this range" });
    expect(within(table).getByText("hidden")).toBeTruthy();
  });
});

describe("where there is nothing", () => {
  const none = { projects: [], issue_types: [] };
  const said = { reason: "Jira refuses the token.", action: "Give a new one." };
  const standing = (
    state: IssueCompleteness["source"]["state"],
    reason: string | null,
    why: Partial<typeof said> = {},
  ) =>
    issueFigures({
      completeness: {
        complete: reason === null,
        reason,
        fresh_to: null,
        source: { state, reason: null, action: null, ...why },
      },
    });

  it("offers an administrator to connect a Jira", async () => {
    open("/issues", {
      "/api/v1/me": () => ({ ...me(), links: { ...me().links, admin: "/admin/" } }),
      [CHOICES]: () => none,
      [FIGURES]: () => standing("not_connected", "No project is read yet."),
    });
    const link = await screen.findByRole("link", { name: "Connect a Jira" });
    expect(link.getAttribute("href")).toBe("/admin/connections/connection/add/");
  });

  it("tells others whom to ask", async () => {
    open("/issues", {
      [CHOICES]: () => none,
      [FIGURES]: () => standing("not_connected", "No project is read yet."),
    });
    expect(await screen.findByText("Ask an administrator to connect it.")).toBeTruthy();
  });

  it("says how far reading is", async () => {
    const reason = "1 of 3 projects not read to the end yet.";
    open("/issues", {
      [CHOICES]: () => none,
      [FIGURES]: () => standing("syncing", reason),
    });
    expect(await screen.findByText(reason)).toBeTruthy();
  });

  it("says that none is of one's teams where all is read", async () => {
    open("/issues", { [CHOICES]: () => none, [FIGURES]: () => standing("ready", null) });
    expect(
      await screen.findByText("None of the issues that are read belongs to a team of yours."),
    ).toBeTruthy();
  });

  it("says what keeps issues away, and what to do", async () => {
    open("/issues", {
      "/api/v1/me": () => ({ ...me(), links: { ...me().links, admin: "/admin/" } }),
      [CHOICES]: () => none,
      [FIGURES]: () => standing("misconfigured", "No project is read yet.", said),
    });
    const title = { name: "The connection to Jira does not work" };
    expect(await screen.findByRole("heading", title)).toBeTruthy();
    expect(screen.getByText("Give a new one.")).toBeTruthy();
    expect(screen.getByRole("link", { name: "Open the administration" })).toBeTruthy();
  });
});

it("tells above the figures that no new issues arrive", async () => {
  const source = {
    state: "misconfigured",
    reason: "Jira refuses the token.",
    action: null,
  } as const;
  open("/issues", {
    [FIGURES]: () => issueFigures({ completeness: { ...wholeIssues, source } }),
  });
  expect(await screen.findByText("New issues do not arrive.")).toBeTruthy();
  expect(screen.getByText(/Jira refuses the token\./)).toBeTruthy();
  expect(screen.getByRole("region", { name: "Cycle time" })).toBeTruthy();
});
