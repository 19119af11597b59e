import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { me } from "../../../testing/answers";
import { type Answers, open, Refusal } from "../../../testing/page";
import { team } from "../../../testing/teams";
import { belowOf, found, inOrder, pathOf } from "./tree";

const TEAMS = [
  team("web", { parent: "product", source: "github" }),
  team("product"),
  team("old", { parent: "product", ended_on: "2026-03-02", source: "scim" }),
  team("lone", { parent: "not-seen" }),
];
const MEMBERS = {
  items: [
    { person: 1, name: "dev0001", from: null, to: "2026-03-02" },
    { person: 2, name: "dev0002", from: "2026-03-02", to: null },
  ],
};

function show(search = "", mayChange = false, answers: Answers = {}) {
  return open(`/people?tab=teams${search}`, {
    "/api/v1/me": () => me({ reads_administration: true, role: "administrator" }),
    "/api/v1/teams": () => ({ items: TEAMS, may_change: mayChange }),
    "/api/v1/teams/web/members": () => MEMBERS,
    "/api/v1/teams/product/members": () => MEMBERS,
    "/api/v1/people": () => ({
      items: [
        { id: 7, name: "Jane Doe", identities: [], teams: [], signs_in: true, departed: false },
      ],
      total: 1,
      page: 1,
      page_size: 20,
    }),
    ...answers,
  });
}

function typed(label: string) {
  return screen.getByRole("textbox", { name: label });
}

describe("the tree of teams", () => {
  it("stands in its order, and what is above cannot be seen is no loss", () => {
    const order = inOrder(TEAMS).map(({ slug, depth }) => [slug, depth]);
    expect(order).toEqual([
      ["product", 0],
      ["web", 1],
      ["old", 1],
      ["lone", 0],
    ]);
    expect(pathOf("web", TEAMS)).toBe("PRODUCT / WEB");
    expect([...belowOf("product", TEAMS)]).toEqual(["product", "web", "old"]);
  });

  it("keeps the teams above what is searched for", () => {
    const names = (text: string) => found(inOrder(TEAMS), text).map(({ slug }) => slug);
    expect(names("web")).toEqual(["product", "web"]);
    expect(names("")).toEqual(["product", "web", "old", "lone"]);
    expect(names("none")).toEqual([]);
  });

  it("says who keeps each team and when it works", async () => {
    show();
    const table = await screen.findByRole("region", { name: "The tree of teams" });
    const rows = within(table).getAllByRole("row");
    expect(rows[2]?.textContent).toContain("WEBGitHub38Mon-Fri 09:00-17:00 Europe/Berlin");
    expect(rows[2]?.textContent).toContain("DE-BY and 2 days off");
    expect(rows[3]?.textContent).toContain("ended");
  });

  it("is searched", async () => {
    const { search } = show();
    await userEvent.type(await screen.findByRole("searchbox", { name: "Search teams" }), "lone");
    await waitFor(() => expect(screen.queryByRole("button", { name: "WEB" })).toBeNull());
    expect(screen.getByRole("button", { name: "LONE" })).toBeTruthy();
    expect(search()).toEqual({ tab: "teams", q: "lone" });
  });

  it("opens a team's members with their days", async () => {
    const { search } = show();
    await userEvent.click(await screen.findByRole("button", { name: "WEB" }));
    expect(search()).toEqual({ tab: "teams", team: "web" });
    const drawer = await screen.findByRole("dialog");
    const table = await within(drawer).findByRole("region", { name: "Members of WEB" });
    expect(within(table).getByText("since ever")).toBeTruthy();
    expect(within(table).getByText("1 Mar 2026")).toBeTruthy();
    expect(within(table).getByText("still in it")).toBeTruthy();
    expect(within(drawer).getByText("org/web, WEB")).toBeTruthy();
    expect(within(drawer).getByText(/Kept by its source \(GitHub\)/)).toBeTruthy();
    expect(within(drawer).queryByRole("button", { name: /…|^End/ })).toBeNull();
  });
});

describe("an administrator", () => {
  it("adds a team, which opens, or reads why it cannot be", async () => {
    let refuse = true;
    const teams = [...TEAMS];
    const refusal = { code: "invalid", message: "There is no team x.", action: null };
    const { sent, search } = show("", true, {
      "/api/v1/teams/mobile/members": () => ({ items: [] }),
      "/api/v1/teams": () => {
        if (sent.length > 1 && teams.length === TEAMS.length) teams.push(team("mobile"));
        return sent.length === 1 && refuse
          ? new Refusal(422, refusal)
          : { items: teams, may_change: true };
      },
    });
    await userEvent.click(await screen.findByRole("button", { name: "Add a team …" }));
    expect(document.activeElement).toBe(typed("Name"));
    await userEvent.type(typed("Name"), "Mobile{Enter}");
    expect((await screen.findByRole("alert")).textContent).toBe("There is no team x.");
    refuse = false;
    await userEvent.click(screen.getByRole("button", { name: "Add" }));
    await waitFor(() => expect(search()).toEqual({ tab: "teams", team: "mobile" }));
    expect(sent.at(-1)).toEqual({ name: "Mobile", parent: "" });
  });

  it("renames and moves a team, but not below itself", async () => {
    const { sent } = show("&team=product", true, {
      "/api/v1/teams/product": () => ({ items: TEAMS, may_change: true }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Rename or move …" }));
    await userEvent.clear(typed("Name"));
    await userEvent.type(typed("Name"), "Products");
    await userEvent.click(screen.getByRole("combobox", { name: "Below" }));
    const offered = screen.getAllByRole("option").map(({ textContent }) => textContent);
    expect(offered).toEqual(["No team: at the top", "LONE"]);
    await userEvent.click(screen.getByRole("option", { name: "LONE" }));
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("The change is stored.")).toBeTruthy();
    expect(sent).toEqual([{ name: "Products", parent: "lone" }]);
  });

  it("begins and ends a membership on a day", async () => {
    const { sent } = show("&team=product", true, {
      "/api/v1/teams/product/members/end": () => MEMBERS,
    });
    await userEvent.click(await screen.findByRole("button", { name: "Add a person …" }));
    await userEvent.click(screen.getByRole("combobox", { name: "Person" }));
    await userEvent.click(await screen.findByRole("option", { name: "Jane Doe" }));
    await userEvent.click(screen.getByRole("button", { name: "Add" }));
    expect(await screen.findByText("Jane Doe is in PRODUCT from 20 Aug 2026.")).toBeTruthy();
    await userEvent.click(
      await screen.findByRole("button", { name: "End the membership of dev0002" }),
    );
    await userEvent.click(screen.getByRole("button", { name: "End" }));
    expect(await screen.findByText("dev0002 is in PRODUCT up to 20 Aug 2026.")).toBeTruthy();
    expect(sent).toEqual([
      { person: 7, on: "2026-08-20" },
      { person: 2, on: "2026-08-21" },
    ]);
  });

  it("takes a team over by hand once asked again, and the keyboard comes back from a no", async () => {
    const { sent } = show("&team=web", true, {
      "/api/v1/teams/web/take-over": () => ({ items: TEAMS, may_change: true }),
    });
    const open = await screen.findByRole("button", { name: "Take over by hand …" });
    await userEvent.click(open);
    expect(screen.getByText(/It cannot be given back/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    expect(document.activeElement).toBe(open);
    expect(sent).toEqual([]);
    await userEvent.click(open);
    await userEvent.click(screen.getByRole("button", { name: "Take over" }));
    expect(await screen.findByText("WEB is kept by hand from now on.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^End the membership/ })).toBeNull();
  });
});
