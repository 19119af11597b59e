import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { open, Refusal } from "../../testing/page";
import type { NamedIssue } from "../issues/types";

const ISSUES = "/api/v1/pull-requests/11/issues";

function named(values: Partial<NamedIssue> = {}): NamedIssue {
  return {
    id: 21,
    key: "FORGE-21",
    url: "https://jira.example/browse/FORGE-21",
    summary: "Racks can be filtered",
    status: "Done",
    found_in: ["branch", "title"],
    holds: true,
    is_ambiguous: false,
    verdict: null,
    ...values,
  };
}

const told = (may_correct: boolean, ...items: NamedIssue[]) => ({ items, may_correct });

async function drawer() {
  const found = await screen.findByRole("dialog");
  await within(found).findByRole("heading", { name: /^Issues/ });
  return within(found);
}

describe("the issues of a pull request", () => {
  it("are told with where their keys stand", async () => {
    open("/pull-requests?pr=11", { [ISSUES]: () => told(false, named()) });
    const shown = await drawer();
    expect(shown.getByText("The key stands in the branch, the title.")).toBeTruthy();
    const link = shown.getByRole("link", { name: "FORGE-21" });
    expect(link.getAttribute("href")).toBe("https://jira.example/browse/FORGE-21");
    expect(shown.queryByRole("button", { name: "Not FORGE-21" })).toBeNull();
  });

  it("say why a key names nothing", async () => {
    open("/pull-requests?pr=11", {
      [ISSUES]: () => told(false, named({ holds: false, is_ambiguous: true })),
    });
    expect((await drawer()).getByText(/names neither/)).toBeTruthy();
  });

  it("can be rejected and added by an administrator", async () => {
    const { sent } = open("/pull-requests?pr=11", { [ISSUES]: () => told(true, named()) });
    const shown = await drawer();
    await userEvent.click(shown.getByRole("button", { name: "Not FORGE-21" }));
    await waitFor(() => expect(sent).toContainEqual({ key: "FORGE-21", verdict: "rejected" }));
    await userEvent.type(shown.getByLabelText("Key of an issue that it is about"), " MILL-3 ");
    await userEvent.click(shown.getByRole("button", { name: "Add" }));
    await waitFor(() => expect(sent).toContainEqual({ key: "MILL-3", verdict: "added" }));
  });

  it("tell a refusal in words", async () => {
    let asked = 0;
    open("/pull-requests?pr=11", {
      [ISSUES]: () => {
        asked += 1;
        if (asked === 1) return told(true);
        return new Refusal(422, { code: "x", message: "No issue NOPE-1 is known.", action: null });
      },
    });
    const shown = await drawer();
    await userEvent.type(shown.getByLabelText("Key of an issue that it is about"), "NOPE-1");
    await userEvent.click(shown.getByRole("button", { name: "Add" }));
    expect(await shown.findByText("No issue NOPE-1 is known.")).toBeTruthy();
  });
});
