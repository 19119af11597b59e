import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { me } from "../../../testing/answers";
import { type Answers, open, Refusal } from "../../../testing/page";
import { proof } from "../assessments/answers";
import type { Promised } from "../assessments/queries";

const API = "/api/v1/assessments/promises";

function promised(values: Partial<Promised> = {}): Promised {
  return {
    key: "in-transit",
    promise: "Encrypted in transit",
    how: "TLS at the front door and between services.",
    verdict: "fail",
    reason: "door.hsts: there is no such header",
    todo: "Install nginx's configuration as it was shipped.",
    proofs: [
      proof({ source: "build", name: "tests/front", found: "21 passed" }),
      proof({ source: "host", name: "door.hsts", is_good: false, found: "no such header" }),
    ],
    ...values,
  };
}

function show(answers: Answers = {}) {
  return open("/governance", {
    "/api/v1/me": () => me({ reads_administration: true, role: "auditor" }),
    [API]: () => ({ assessed_at: "2026-09-01T08:00:05Z", number: 7, items: [promised()] }),
    ...answers,
  });
}

describe("the overview", () => {
  it("is where Governance begins: each promise with its result, and when it was looked at", async () => {
    show();
    const table = within(await screen.findByRole("region", { name: "What is promised" }));
    expect(table.getByText("Encrypted in transit")).toBeDefined();
    expect(table.getByText("Failed")).toBeDefined();
    expect(table.getByText("1 host, 1 build")).toBeDefined();
    expect(table.getByText(/1 Sep/)).toBeDefined();
    expect(screen.getByRole("link", { name: "self-assessment 7" })).toBeDefined();
    expect(screen.getByRole("link", { name: "whitepaper" })).toBeDefined();
  });

  it("opens a promise with what shows it and what to do", async () => {
    show();
    await userEvent.click(await screen.findByRole("button", { name: "Encrypted in transit" }));
    const drawer = within(await screen.findByRole("dialog"));
    expect(drawer.getByText("tests/front")).toBeDefined();
    expect(drawer.getByText(/Not good: no such header/)).toBeDefined();
    expect(drawer.getByText(/configuration as it was shipped/)).toBeDefined();
  });

  it("says that nothing was looked at before the first assessment", async () => {
    const unseen = promised({ verdict: null, reason: null, todo: null, proofs: [] });
    show({ [API]: () => ({ assessed_at: null, number: null, items: [unseen] }) });
    expect(await screen.findByText("not assessed yet")).toBeDefined();
    expect(screen.getByText(/Nothing was looked at yet/)).toBeDefined();
  });

  it("says why it cannot be told", async () => {
    show({ [API]: () => new Refusal(500, { code: "failed", message: "It broke.", action: null }) });
    expect((await screen.findByRole("alert")).textContent).toContain("It broke.");
  });
});
