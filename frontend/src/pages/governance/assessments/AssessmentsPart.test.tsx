import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { me } from "../../../testing/answers";
import { type Answers, open, Refusal } from "../../../testing/page";
import { assessment, assessments, listed } from "./answers";

const API = "/api/v1/assessments";

function show(answers: Answers = {}, search = "") {
  return open(`/governance/assessments${search}`, {
    "/api/v1/me": () => me({ reads_administration: true, role: "administrator" }),
    [API]: () => assessments(),
    [`${API}/7`]: () => assessment(),
    ...answers,
  });
}

describe("self-assessments", () => {
  it("say that nobody certified them, and how the newest came out", async () => {
    show();
    expect(await screen.findByText(/Nobody has certified it/)).toBeDefined();
    expect(screen.getByText(/By the calendar next on .*1 .*2026/)).toBeDefined();
    const table = within(screen.getByRole("region", { name: /the newest first/ }));
    expect(table.getByText(/1 passed, 1 failed/)).toBeDefined();
    expect(table.getByRole("link", { name: "Number 7 as PDF" }).getAttribute("href")).toBe(
      `${API}/7/report.pdf`,
    );
    expect(await screen.findByText("1 changed since number 6")).toBeDefined();
  });

  it("open a requirement that failed, with why and what to do", async () => {
    const { search } = show();
    const rows = within(await screen.findByRole("region", { name: "Requirements" }));
    await userEvent.click(rows.getByRole("button", { name: "V14.4.5" }));
    const drawer = within(await screen.findByRole("dialog"));
    expect(drawer.getByText("door.hsts: there is no such header")).toBeDefined();
    expect(drawer.getByText(/configuration as it was shipped/)).toBeDefined();
    expect(drawer.getByRole("region", { name: /from outside, by the host/ })).toBeDefined();
    expect(search()).toMatchObject({ requirement: "V14.4.5" });
  });

  it("open a manual one with the day of its statement", async () => {
    show({}, "?requirement=V1.1.1");
    const drawer = within(await screen.findByRole("dialog"));
    expect(
      drawer.getByText(/Stated on .*1 .*2026, in docs\/security\/development.md/),
    ).toBeDefined();
  });

  it("are narrowed by verdict and by chapter", async () => {
    show();
    const rows = within(await screen.findByRole("region", { name: "Requirements" }));
    expect(rows.getAllByRole("row")).toHaveLength(4);
    await userEvent.click(screen.getByRole("button", { name: "1 Failed" }));
    await waitFor(() => expect(rows.getAllByRole("row")).toHaveLength(2));
    expect(rows.getByText("V14.4.5")).toBeDefined();
  });

  it("say so where nothing is like what is asked for", async () => {
    show({}, "?chapter=V1&verdict=fail");
    expect(await screen.findByText("No requirement is like that.")).toBeDefined();
  });

  it("are asked for, and shown as being made", async () => {
    let asked = false;
    const { asked: calls } = show({
      [API]: () =>
        asked
          ? assessments({ items: [listed({ number: 8, finished_at: null, counts: {} })] })
          : assessments({ items: [] }),
    });
    expect(await screen.findByText(/None was made yet/)).toBeDefined();
    asked = true;
    await userEvent.click(screen.getByRole("button", { name: "Assess now" }));
    expect(await screen.findByText("Being made …")).toBeDefined();
    expect(calls.filter((path) => path === API).length).toBeGreaterThanOrEqual(2);
  });

  it("are asked for by nobody who only looks on", async () => {
    show({ [API]: () => assessments({ may_ask: false }) });
    expect(await screen.findByText(/Nobody has certified it/)).toBeDefined();
    expect(screen.queryByRole("button", { name: "Assess now" })).toBeNull();
  });

  it("say what they cannot show, and what to do", async () => {
    show({
      [API]: () =>
        assessments({ host_looked_at: null, why_no_evidence: "this copy was built here" }),
    });
    expect(await screen.findByText("scripts/appliance asvs")).toBeDefined();
    expect(screen.getByText(/do not count: this copy was built here/)).toBeDefined();
  });

  it("say why one could not be made, and why none can be told", async () => {
    show({
      [API]: () => assessments({ items: [listed({ failed: true, error: "OSError" })] }),
    });
    expect(await screen.findByText(/It could not be made: OSError/)).toBeDefined();
    show({ [API]: () => new Refusal(500, { code: "failed", message: "It broke.", action: null }) });
    expect((await screen.findByRole("alert")).textContent).toContain("It broke.");
  });
});
