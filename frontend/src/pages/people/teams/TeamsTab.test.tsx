import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { theme } from "../../../ui/theme";
import { TeamsTab } from "./TeamsTab";
import { found, inOrder } from "./tree";
import type { TeamEntry } from "./types";

function team(slug: string, values: Partial<TeamEntry> = {}): TeamEntry {
  return {
    slug,
    name: slug.toUpperCase(),
    parent: null,
    source: "manual",
    ended_on: null,
    people: 3,
    people_below: 8,
    calendar: {
      time_zone: "Europe/Berlin",
      working_hours: "Mon-Fri 09:00-17:00",
      holidays: "DE-BY",
      days_off: 2,
    },
    owns: ["org/web", "WEB"],
    ...values,
  };
}

const TEAMS = [
  team("web", { parent: "product", source: "github" }),
  team("product"),
  team("old", { parent: "product", ended_on: "2026-03-02", source: "scim" }),
  team("lone", { parent: "not-seen" }),
];

function show(answers: Record<string, unknown>) {
  vi.stubGlobal("fetch", async (request: Request) =>
    Response.json(answers[new URL(request.url).pathname]),
  );
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <MantineProvider theme={theme} env="test">
      <QueryClientProvider client={client}>
        <TeamsTab />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const ANSWERS = {
  "/api/v1/teams": { items: TEAMS, may_change: false },
  "/api/v1/teams/web/members": {
    items: [
      { person: 1, name: "dev0001", from: null, to: "2026-03-02" },
      { person: 2, name: "dev0002", from: "2026-03-02", to: null },
    ],
  },
};

describe("the tree of teams", () => {
  it("stands in its order, and what is above cannot be seen is no loss", () => {
    const order = inOrder(TEAMS).map(({ slug, depth }) => [slug, depth]);
    expect(order).toEqual([
      ["product", 0],
      ["web", 1],
      ["old", 1],
      ["lone", 0],
    ]);
  });

  it("keeps the teams above what is searched for", () => {
    const names = (text: string) => found(inOrder(TEAMS), text).map(({ slug }) => slug);
    expect(names("web")).toEqual(["product", "web"]);
    expect(names("")).toEqual(["product", "web", "old", "lone"]);
    expect(names("none")).toEqual([]);
  });

  it("says who keeps each team and when it works", async () => {
    show(ANSWERS);
    const table = await screen.findByRole("region", { name: "The tree of teams" });
    const rows = within(table).getAllByRole("row");
    expect(rows[2]?.textContent).toContain("WEBGitHub38Mon-Fri 09:00-17:00 Europe/Berlin");
    expect(rows[2]?.textContent).toContain("DE-BY and 2 days off");
    expect(rows[3]?.textContent).toContain("ended");
  });

  it("is searched", async () => {
    show(ANSWERS);
    await userEvent.type(await screen.findByRole("searchbox", { name: "Search teams" }), "lone");
    await waitFor(() => expect(screen.queryByRole("button", { name: "WEB" })).toBeNull());
    expect(screen.getByRole("button", { name: "LONE" })).toBeTruthy();
  });

  it("opens a team's members with their days", async () => {
    show(ANSWERS);
    await userEvent.click(await screen.findByRole("button", { name: "WEB" }));
    const drawer = await screen.findByRole("dialog");
    const table = await within(drawer).findByRole("region", { name: "Members of WEB" });
    expect(within(table).getByText("since ever")).toBeTruthy();
    expect(within(table).getByText("now")).toBeTruthy();
    expect(within(drawer).getByText("It owns org/web, WEB.")).toBeTruthy();
    expect(within(drawer).getByText(/kept by its source \(GitHub\)/)).toBeTruthy();
  });
});
