import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { me, project, quality, repository, status } from "../../testing/answers";
import { open, Refusal } from "../../testing/page";

const QUALITY = "/api/v1/completeness";
const RETRY = "/api/v1/completeness/retry";
const PARKED = {
  id: 41,
  connection: "Our GHES",
  repository: "org/one",
  what: "one pull request: 7",
  reason: "The server answered 500.",
  attempts: 8,
  parked_at: "2026-08-20T11:00:00Z",
};

describe("the totals", () => {
  it("set the source's count against what is stored, and leave what nobody counted open", async () => {
    open("/data-quality");
    const table = await screen.findByRole("region", { name: "What is collected, by kind" });
    const [pulls, commits] = within(table).getAllByRole("row").slice(1) as HTMLElement[];
    expect(pulls?.textContent).toContain("Pull requests30300");
    expect(commits?.textContent).toContain("Commits–––");
  });

  it("are all that is shown to who does not see all teams", async () => {
    const hidden = { connections: [], repositories: [], total: 0, unmatched: null, left_out: [] };
    open("/data-quality", {
      [QUALITY]: () => quality({ ...hidden, sees_all: false, may_retry: false }),
    });
    expect(await screen.findByText(/These are the sums over all repositories/)).toBeTruthy();
    expect(screen.queryByRole("heading", { name: "Repositories" })).toBeNull();
  });
});

describe("a repository", () => {
  it("opens into its kinds with their reasons, and the address says so", async () => {
    const gap = {
      state: "incomplete",
      stored: 28,
      difference: 2,
      reason: "2 are missing.",
    } as const;
    const { search } = open("/data-quality", {
      [QUALITY]: () => quality({ complete: false, repositories: [repository({}, gap)] }),
    });
    expect(await screen.findByText("28 of 30")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "org/one" }));
    const table = await screen.findByRole("region", { name: "Kinds of org/one" });
    expect(within(table).getByText("2 are missing.")).toBeTruthy();
    expect(within(table).getByText("incomplete")).toBeTruthy();
    expect(search()).toEqual({ open: 5 });
  });

  it("that is not read says why", async () => {
    const excluded = repository({ state: "excluded", reason: "Is a fork." });
    open("/data-quality", { [QUALITY]: () => quality({ repositories: [excluded] }) });
    expect(await screen.findByText("excluded by a rule: Is a fork.")).toBeTruthy();
  });
});

describe("projects", () => {
  it("are shown with their issues and why they are not whole, a page at a time", async () => {
    const projects = [
      project({}, { state: "incomplete", stored: 28, reason: "2 of 30 issues are missing." }),
      project({ id: 8, key: "MILL", state: "lost_access", reason: "The source hides it." }),
    ];
    const { search, asked } = open("/data-quality", {
      [QUALITY]: () => quality({ projects, projects_total: 30 }),
    });
    const table = await screen.findByRole("region", { name: "Projects and their issues" });
    const [short, lost] = within(table).getAllByRole("row").slice(1) as HTMLElement[];
    expect(short?.textContent).toContain("FORGE, ForgeOur GHESread28 of 30");
    expect(short?.textContent).toContain("2 of 30 issues are missing.");
    expect(lost?.textContent).toContain("access lost");
    expect(lost?.textContent).toContain("The source hides it.");
    await userEvent.click(screen.getByRole("button", { name: "Page 2" }));
    await waitFor(() => expect(search()).toEqual({ projects: 2 }));
    expect(asked.at(-1)).toContain("projects_page=2");
  });

  it("are no section where there is no Jira", async () => {
    open("/data-quality");
    await screen.findByRole("heading", { name: "Repositories" });
    expect(screen.queryByRole("heading", { name: "Projects" })).toBeNull();
  });

  it("alone are what the page is about", async () => {
    const [total] = quality().kinds;
    const kinds = total ? [{ ...total, kind: "issues" as const }] : [];
    const connections = quality().connections.map((one) => ({ ...one, projects: 3 }));
    open("/data-quality", { [QUALITY]: () => quality({ kinds, fresh_to: null, connections }) });
    expect(await screen.findByText(/Every change of an issue before/)).toBeTruthy();
    expect(screen.getByText("Projects read").nextSibling?.textContent).toBe("3");
  });
});

describe("a filter", () => {
  it("is in the address and asked of the server, from the first page on", async () => {
    const { asked, search } = open("/data-quality?page=2&q=serv", {
      [QUALITY]: () => quality({ total: 60 }),
    });
    await screen.findByText("26 – 50 of 60");
    expect(asked).toContain(
      `${QUALITY}?connection=&show=all&search=serv&page=2&page_size=25&projects_page=1`,
    );
    await userEvent.click(screen.getByRole("radio", { name: "Not complete" }));
    await waitFor(() => expect(search()).toEqual({ q: "serv", show: "incomplete" }));
    expect(asked.at(-1)).toContain("show=incomplete&search=serv&page=1");
  });

  it("that leaves nothing offers the way back", async () => {
    const { search } = open("/data-quality?q=none", {
      [QUALITY]: () => quality({ repositories: [], total: 0 }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Show all" }));
    await waitFor(() => expect(search()).toEqual({}));
  });

  it("for what is not complete is glad where there is none", async () => {
    open("/data-quality?show=incomplete", {
      [QUALITY]: () => quality({ repositories: [], total: 0 }),
    });
    expect(await screen.findByText("Every repository is complete.")).toBeTruthy();
  });
});

describe("parked work", () => {
  const parked = { parked: [PARKED, { ...PARKED, id: 42 }], parked_total: 2 };

  it("says why, and is tried again", async () => {
    const { sent } = open("/data-quality", {
      [QUALITY]: () => quality(parked),
      [RETRY]: () => ({ retried: 1 }),
    });
    expect(await screen.findAllByText("The server answered 500.")).toHaveLength(2);
    const again = screen.getAllByRole("button", {
      name: "Try again: org/one, one pull request: 7",
    });
    await userEvent.click(again[0] as HTMLElement);
    expect(await screen.findByText(/1 will be tried again/)).toBeTruthy();
    expect(sent).toEqual([{ work: [41] }]);
    await userEvent.click(screen.getByRole("button", { name: "Try all 2 again" }));
    await waitFor(() => expect(sent).toEqual([{ work: [41] }, { work: [41, 42] }]));
  });

  it("has no button for who may not", async () => {
    open("/data-quality", { [QUALITY]: () => quality({ ...parked, may_retry: false }) });
    await screen.findAllByText("The server answered 500.");
    expect(screen.queryByRole("button", { name: /^Try (all|again)/ })).toBeNull();
  });

  it("whose retry fails says so", async () => {
    const refusal = { code: "busy", message: "The database did not answer.", action: null };
    open("/data-quality", {
      [QUALITY]: () => quality(parked),
      [RETRY]: () => new Refusal(503, refusal),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Try all 2 again" }));
    expect(await screen.findByText("The database did not answer.")).toBeTruthy();
  });
});

it("shows what a connection is asked for, and when it is left alone", async () => {
  open("/data-quality");
  const list = await screen.findByRole("region", { name: "Connections" });
  expect(within(list).getByText(/2,500 of 10,000 \(25 %\)/)).toBeTruthy();
  expect(within(list).getByText("22:00 – 06:00")).toBeTruthy();
  expect(within(list).getByText(/400 found nothing changed/)).toBeTruthy();
});

it("tells what is stored and not counted", async () => {
  open("/data-quality", {
    "/api/v1/me": () => me({ links: { ...me().links, admin: "/admin/" } }),
  });
  expect(await screen.findByText(/2 accounts, 1 git address/)).toBeTruthy();
  expect(screen.getByText("4 written by bots")).toBeTruthy();
  expect(screen.getByRole("link", { name: "Match them" })).toBeTruthy();
});

it("says that nothing is connected", async () => {
  open("/data-quality", { "/api/v1/status": () => status({ state: "not_connected" }) });
  expect(await screen.findByRole("heading", { name: "Nothing is connected yet" })).toBeTruthy();
});

it("says what failed, and tries again", async () => {
  const refusal = { code: "busy", message: "The database did not answer.", action: null };
  const { asked } = open("/data-quality", { [QUALITY]: () => new Refusal(503, refusal) });
  await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
  await waitFor(() => expect(asked.filter((path) => path.startsWith(QUALITY))).toHaveLength(2));
});
