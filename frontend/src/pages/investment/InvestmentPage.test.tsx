import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { me, whole } from "../../testing/answers";
import { investmentFigures, investmentItem, view } from "../../testing/investment";
import { type Answers, open as openPage } from "../../testing/page";
import { amount, why } from "./names";

const FIGURES = "/api/v1/investment/figures";
const ITEMS = "/api/v1/investment/items";
const SCOPE = "team=a&from=2026-05-23&to=2026-08-21";

function open(address: string, answers: Answers = {}) {
  return openPage(address, {
    [FIGURES]: () => investmentFigures(),
    [ITEMS]: () => ({
      items: [investmentItem()],
      total: 1,
      page: 1,
      page_size: 25,
      completeness: whole,
    }),
    ...answers,
  });
}

const overview = () => screen.findByRole("region", { name: "Where it went" });

describe("the overview", () => {
  it("tells each category's amount and share", async () => {
    const { asked } = open("/investment");
    const row = within(await overview()).getByRole("row", { name: /^New features/ });
    expect(
      within(row)
        .getAllByRole("cell")
        .map((cell) => cell.textContent),
    ).toEqual(["6.0", "50 %"]);
    expect(asked).toContain(`${FIGURES}?${SCOPE}`);
  });

  it("counts what the address says", async () => {
    open("/investment?view=issues");
    expect(within(await overview()).getByText("30 issues")).toBeTruthy();
  });

  it("says what is kept back, and that it is a part of the whole", async () => {
    const kept = view({
      amounts: [{ category: "new_features", amount: 9, share: 0.75 }],
      kept_back: 3,
      kept_back_categories: ["unplanned", "uncategorised"],
    });
    open("/investment", { [FIGURES]: () => investmentFigures({ effort: kept }) });
    const row = within(await overview()).getByRole("row", {
      name: /^Kept back: Unplanned, Uncategorised/,
    });
    expect(within(row).getByText("25 %")).toBeTruthy();
    expect(within(row).queryByRole("button")).toBeNull();
  });

  it("shows no figures of too few people, and the list all the same", async () => {
    const suppressed = { reason: "Worked on by fewer than 3 people.", minimum_group_size: 3 };
    const hidden = view({ total: null, people: null, suppressed, amounts: [], months: [] });
    open("/investment", { [FIGURES]: () => investmentFigures({ effort: hidden }) });
    expect(await screen.findByText("Figures of this team are hidden in this range")).toBeTruthy();
    expect(await screen.findByRole("link", { name: "Racks can be filtered" })).toBeTruthy();
  });

  it("says of what is older than what is kept that it is so, and not that nobody worked", async () => {
    const reason = "Nothing is left to measure: the range begins before what is kept.";
    const nothing = view({ total: null, people: null, reason, amounts: [], months: [] });
    open("/investment", { [FIGURES]: () => investmentFigures({ effort: nothing }) });
    expect(await screen.findByText("This range is older than what is kept")).toBeTruthy();
    expect(screen.getByText(reason)).toBeTruthy();
  });

  it("shows months that are not kept as such, and never as 0 %", async () => {
    const [first, ...others] = view().months;
    const gone = { ...(first as NonNullable<typeof first>), amounts: [] };
    open('/investment?tables=["months"]', {
      [FIGURES]: () => investmentFigures({ effort: view({ months: [gone, ...others] }) }),
    });
    const table = await screen.findByRole("region", { name: "Shares of each month" });
    expect(within(table).getAllByText("not kept")).toHaveLength(3);
    expect(screen.getByText("1 month older than what is kept.")).toBeTruthy();
  });

  it("says why there is nothing", async () => {
    const reason = "Nobody worked on an issue or a pull request in this range.";
    const nothing = view({ total: 0, people: 0, reason, amounts: [], months: [] });
    open("/investment", { [FIGURES]: () => investmentFigures({ effort: nothing }) });
    expect(await screen.findByText(new RegExp(reason))).toBeTruthy();
  });
});

describe("much that is in no category", () => {
  const much = view({
    amounts: [
      { category: "new_features", amount: 6, share: 0.5 },
      { category: "uncategorised", amount: 6, share: 0.5 },
    ],
  });

  it("leads an administrator to the rules", async () => {
    open("/investment", {
      "/api/v1/me": () => ({ ...me(), links: { ...me().links, admin: "/admin/" } }),
      [FIGURES]: () => investmentFigures({ effort: much }),
    });
    const link = await screen.findByRole("link", { name: "Add rules that sort it." });
    expect(link.getAttribute("href")).toBe("/admin/delivery/investmentrule/");
  });

  it("is not said where it is little", async () => {
    open("/investment");
    await overview();
    expect(screen.queryByText(/in no category/)).toBeNull();
  });
});

describe("the months", () => {
  it("stand in a table too", async () => {
    open('/investment?tables=["months"]');
    const table = await screen.findByRole("region", { name: "Shares of each month" });
    const row = within(table).getByRole("row", { name: /^Aug 2026 \(partial\)/ });
    expect(within(row).getByText("30 %")).toBeTruthy();
  });

  it("say why they are not shown", async () => {
    const months_suppressed = { reason: "Too few.", minimum_group_size: 3 };
    const without = view({ months: [], months_suppressed });
    open("/investment", { [FIGURES]: () => investmentFigures({ effort: without }) });
    expect(await screen.findByText(/Months are not shown: .* fewer than 3 people/)).toBeTruthy();
  });
});

describe("the list", () => {
  it("is narrowed by a click on a category, and by another one no more", async () => {
    const { asked } = open("/investment");
    const button = within(await overview()).getByRole("button", { name: "Unplanned" });
    await userEvent.click(button);
    expect(await screen.findByRole("heading", { name: "Done and merged: Unplanned" })).toBeTruthy();
    expect(asked).toContain(`${ITEMS}?${SCOPE}&kind=&category=unplanned&page=1&page_size=25`);
    await userEvent.click(button);
    expect(await screen.findByRole("heading", { name: "Done and merged" })).toBeTruthy();
  });

  it("asks for all where the address names a category that is no more", async () => {
    const { asked } = open("/investment?category=lost");
    await screen.findByRole("heading", { name: "Done and merged" });
    expect(asked).toContain(`${ITEMS}?${SCOPE}&kind=&category=&page=1&page_size=25`);
  });
});

describe("what is said", () => {
  it("tells why something is where it is", () => {
    const said = (values: Parameters<typeof investmentItem>[0]) => why(investmentItem(values));
    expect(said({})).toBe("a built-in rule");
    expect(said({ because: "rule", inherited_from: "FORGE-1" })).toBe("your rule, by FORGE-1");
    expect(said({ because: "issue", inherited_from: "FORGE-1" })).toBe("it is about FORGE-1");
    expect(said({ because: "nothing" })).toBe("no rule matches");
    expect(said({ because: null })).toBe("not sorted yet");
  });

  it("never says something as nothing", () => {
    expect(amount(0.01, { unit: "person_months" })).toBe("<0.1");
    expect(amount(0, { unit: "person_months" })).toBe("0.0");
    expect(amount(3, { unit: "issues" })).toBe("3");
  });
});
