import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { me } from "../../testing/answers";
import { type Answers, open, Refusal } from "../../testing/page";
import { team } from "../../testing/teams";
import type { Identity, Merge, Offer, OwnedIdentity, Person } from "./queries";

const API = "/api/v1/people";

function identity(values: Partial<Identity> = {}): Identity {
  return {
    id: 1,
    kind: "user",
    login: "jdoe",
    name: "",
    connection: "Our GHES",
    is_bot: false,
    is_bot_by_hand: false,
    ...values,
  };
}

function person(values: Partial<Person> = {}): Person {
  return {
    id: 7,
    name: "Jane Doe",
    identities: [identity(), identity({ id: 2, kind: "git", login: "jane@work.example" })],
    teams: [{ slug: "web", name: "Web" }],
    signs_in: true,
    departed: false,
    ...values,
  };
}

function offer(id: number, values: Partial<Offer> = {}): Offer {
  return {
    id,
    sides: [
      { person: "Jane Doe", identities: [identity()] },
      { person: null, identities: [identity({ id: 100 + id, login: `jdoe-${id}` })] },
    ],
    strength: 75,
    evidence: [{ kind: "same login", text: "jdoe" }],
    ...values,
  };
}

function merge(values: Partial<Merge> = {}): Merge {
  return {
    id: 31,
    person: "Jane Doe",
    reason: "certain",
    acting_user: null,
    evidence: [{ kind: "same address", text: "jane@work.example" }],
    identities: ["jane@work.example"],
    persons: [],
    merged_at: "2026-08-20T11:00:00Z",
    undone_at: null,
    undone_by: null,
    ...values,
  };
}

function page<Row>(items: Row[], more: object = {}) {
  return { items, total: items.length, page: 1, page_size: 25, ...more };
}

function show(address: string, answers: Answers = {}) {
  return open(address, {
    "/api/v1/me": () => me({ reads_administration: true, role: "administrator" }),
    [API]: () => page([person()]),
    [`${API}/offers`]: () => page([offer(1), offer(2)], { may_answer: true }),
    [`${API}/merges`]: () => page([merge()], { may_undo: true }),
    ...answers,
  });
}

describe("people", () => {
  it("are shown with what they are called outside and their teams", async () => {
    show("/people", {
      [API]: () => page([person(), person({ id: 8, name: "Max Roe", departed: true, teams: [] })]),
    });
    const table = await screen.findByRole("region", { name: "People and what they are called" });
    const [jane, max] = within(table).getAllByRole("row").slice(1) as HTMLElement[];
    expect(jane?.textContent).toContain("jane@work.example commit address, Our GHES");
    expect(jane?.textContent).toContain("Web");
    expect(max?.textContent).toContain("departed");
  });

  it("are searched and narrowed by the address", async () => {
    const { asked, search } = show("/people?q=jane&page=2");
    await screen.findByText("Jane Doe");
    expect(asked).toContain(`${API}?search=jane&show=all&page=2&page_size=25`);
    await userEvent.click(screen.getByRole("radio", { name: "Departed" }));
    await waitFor(() => expect(search()).toEqual({ q: "jane", show: "departed" }));
  });

  it("who are like nobody, or not known yet, are told apart", async () => {
    show("/people", { [API]: () => page([]) });
    expect(await screen.findByText(/Nobody is known yet/)).toBeTruthy();
  });

  it("that cannot be read say why, and are asked for again", async () => {
    const refusal = { code: "busy", message: "The database did not answer.", action: null };
    const { asked } = show("/people", { [API]: () => new Refusal(503, refusal) });
    await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
    await waitFor(() => expect(asked.filter((one) => one.startsWith(`${API}?`))).toHaveLength(2));
  });

  it("are not shown to who may not see them, but the teams they see are", async () => {
    const { asked } = open("/people", {
      "/api/v1/teams": () => ({ items: [team("web")], may_change: false }),
    });
    expect(await screen.findByRole("button", { name: "WEB" })).toBeTruthy();
    expect(screen.queryByRole("tab")).toBeNull();
    expect(asked.some((one) => one.startsWith(API))).toBe(false);
    expect(screen.getByRole("link", { name: "People & teams" })).toBeTruthy();
  });

  it("have no page for somebody without a team", async () => {
    open("/people", { "/api/v1/me": () => me({ teams: [] }) });
    expect(await screen.findByText(/You are in no team yet/)).toBeTruthy();
    expect(screen.queryByRole("link", { name: "People & teams" })).toBeNull();
  });
});

describe("matches", () => {
  it("are accepted and refused, and the keyboard goes on with the next", async () => {
    const left = [offer(1), offer(2)];
    const { sent } = show("/people?tab=matches", {
      [`${API}/offers`]: () => page([...left], { may_answer: true }),
      [`${API}/offers/1`]: () => {
        left.shift();
        return { merge: 31 };
      },
      [`${API}/offers/2`]: () => {
        left.shift();
        return { merge: null };
      },
    });
    expect((await screen.findAllByText("likely (75 of 100)")).length).toBe(2);
    const first = screen.getByRole("button", {
      name: "Accept: Jane Doe and jdoe-1 are one person",
    });
    first.focus();
    await userEvent.keyboard("{Enter}");
    expect(await screen.findByText(/are one person now/)).toBeTruthy();
    await waitFor(() =>
      expect(document.activeElement?.getAttribute("aria-label")).toContain("jdoe-2"),
    );
    await userEvent.click(screen.getByRole("button", { name: /^Refuse/ }));
    expect(await screen.findByText("Nothing is left to be judged.")).toBeTruthy();
    expect(sent).toEqual([{ accept: true }, { accept: false }]);
  });

  it("are only looked at by an auditor", async () => {
    show("/people?tab=matches", {
      [`${API}/offers`]: () => page([offer(1)], { may_answer: false }),
      [`${API}/merges`]: () => page([merge()], { may_undo: false }),
    });
    await screen.findByText("likely (75 of 100)");
    expect(screen.queryByRole("button", { name: /^(Accept|Refuse|Undo)/ })).toBeNull();
  });

  it("that were merged can be undone, or say what stands before that", async () => {
    const refusal = { code: "cannot_undo", message: "Merge 40 moved the same.", action: null };
    show("/people?tab=matches", {
      [`${API}/merges/31/undo`]: () => new Refusal(409, refusal),
    });
    await userEvent.click(
      await screen.findByRole("button", { name: "Undo the merge of Jane Doe" }),
    );
    expect(await screen.findByText("Merge 40 moved the same.")).toBeTruthy();
  });
});

describe("bots", () => {
  const owned = (values: Partial<OwnedIdentity> = {}) => ({
    ...identity({ login: "release-train", is_bot: true }),
    person: null,
    ...values,
  });

  it("are marked by hand and given back to the rules", async () => {
    const { asked, sent } = show("/people?tab=bots", {
      [`${API}/identities`]: () =>
        page([owned(), owned({ id: 9, login: "checks", is_bot_by_hand: true })], {
          may_mark: true,
        }),
      [`${API}/identities/1/bot`]: () => owned({ is_bot: false, is_bot_by_hand: true }),
      [`${API}/identities/9/bot`]: () => owned({ id: 9 }),
    });
    expect(await screen.findByText("bot, by rule")).toBeTruthy();
    expect(asked).toContain(`${API}/identities?search=&show=bots&page=1&page_size=25`);
    await userEvent.click(screen.getByRole("button", { name: "No bot: release-train" }));
    await waitFor(() => expect(sent).toEqual([{ is_bot: false }]));
    await userEvent.click(await screen.findByRole("button", { name: "As the rules say: checks" }));
    await waitFor(() => expect(sent).toEqual([{ is_bot: false }, { is_bot: null }]));
  });
});

describe("the tabs", () => {
  it("stand in the address, and one leaves the other's filters behind", async () => {
    const { search } = show("/people?q=jane&show=departed", {
      "/api/v1/teams": () => ({ items: [team("product")], may_change: false }),
    });
    await userEvent.click(await screen.findByRole("tab", { name: "Teams" }));
    await waitFor(() => expect(search()).toEqual({ tab: "teams" }));
    expect(await screen.findByText("PRODUCT")).toBeTruthy();
  });
});
