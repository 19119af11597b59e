import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { me } from "../../../testing/answers";
import { type Answers, open, Refusal } from "../../../testing/page";
import { nameOf, percentDone } from "./names";
import type { Erasure } from "./queries";

const API = "/api/v1/erasures";

function erasure(values: Partial<Erasure> = {}): Erasure {
  return {
    id: 3,
    kind: "repository",
    mode: "",
    name: "old/billing",
    subject: 12,
    reason: "Moved.",
    state: "asked",
    asked: { at: "2026-08-20T11:00:00Z", by: "administrator@plumbline.example" },
    approved: null,
    refused: null,
    started_at: null,
    finished_at: null,
    expected: [{ table: "delivery_pullrequest", rows: 1200 }],
    done: [],
    rows_expected: 1200,
    rows_done: 0,
    problem: null,
    has_certificate: false,
    lifted: false,
    may_approve: false,
    may_refuse: false,
    may_retry: false,
    may_lift: false,
    why_not_approved: null,
    approvers: 2,
    is_own: false,
    ...values,
  };
}

function list(items: Erasure[], may_ask = true): Answers[string] {
  return () => ({
    items,
    may_ask,
    why_not_asked: null,
    total: items.length,
    page: 1,
    page_size: 25,
  });
}

const KNOWN: Answers = { "/api/v1/me": () => me({ reads_administration: true }) };

describe("erasures", () => {
  it("says that there is none", async () => {
    open("/governance/erasures", { ...KNOWN, [API]: list([]) });
    expect(await screen.findByText(/Nothing was asked to be erased so far/)).toBeTruthy();
  });

  it("shows who reads alone nothing to do", async () => {
    open("/governance/erasures?erasure=3", {
      ...KNOWN,
      [API]: list([erasure()], false),
      [`${API}/3`]: () => erasure(),
    });
    expect(await screen.findByText("Moved.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Ask for|Approve|Refuse|Withdraw/ })).toBeNull();
  });

  it("tells how far one came", async () => {
    const running = erasure({
      state: "running",
      rows_done: 300,
      started_at: "2026-08-20T12:00:00Z",
    });
    open("/governance/erasures", { ...KNOWN, [API]: list([running]) });
    expect(await screen.findByText("25 %")).toBeTruthy();
  });

  it("says where nobody could approve", async () => {
    const lonely = erasure({ approvers: 0, is_own: true, may_refuse: true });
    open("/governance/erasures?erasure=3", {
      ...KNOWN,
      [API]: list([lonely]),
      [`${API}/3`]: () => lonely,
    });
    expect(await screen.findByText(/Nobody could approve this/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Withdraw …" })).toBeTruthy();
  });

  it("says why somebody else approves", async () => {
    const why = "You asked for it yourself: another owner or administrator approves.";
    const own = erasure({ is_own: true, may_refuse: true, why_not_approved: why });
    open("/governance/erasures?erasure=3", {
      ...KNOWN,
      [API]: list([own]),
      [`${API}/3`]: () => own,
    });
    expect(await screen.findByText(`${why} 2 could.`)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Approve …" })).toBeNull();
  });

  it("says why an emergency account asks for none", async () => {
    const why_not_asked = "An emergency account is nobody's own.";
    open("/governance/erasures", {
      ...KNOWN,
      [API]: () => ({ items: [], may_ask: false, why_not_asked, total: 0, page: 1, page_size: 25 }),
    });
    expect(await screen.findByText(/An emergency account is nobody's own\./)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Ask for an erasure" })).toBeNull();
  });

  it("leads to confirming who one is where that is too long ago", async () => {
    const waiting = erasure({ may_approve: true });
    open("/governance/erasures?erasure=3", {
      ...KNOWN,
      [API]: list([waiting]),
      [`${API}/3`]: () => waiting,
      [`${API}/3/approve`]: () =>
        new Refusal(409, {
          code: "confirm_yourself",
          message: "Confirm that it is you first.",
          action: null,
        }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Approve …" }));
    await userEvent.click(screen.getByRole("button", { name: "Approve" }));
    const link = await screen.findByRole("link", { name: "Confirm that it is you" });
    expect(link.getAttribute("href")).toContain("/accounts/reauthenticate/?next=");
  });

  it("says what went wrong", async () => {
    open("/governance/erasures", {
      ...KNOWN,
      [API]: () => new Refusal(503, { code: "busy", message: "Busy.", action: null }),
    });
    expect(await screen.findByRole("alert")).toBeTruthy();
  });
});

describe("what one is called", () => {
  it("is nothing but a number once it is erased", () => {
    expect(nameOf(erasure({ name: null }))).toBe("Repository 12");
    expect(nameOf(erasure({ kind: "everything", name: null, subject: null }))).toBe(
      "Everything collected",
    );
  });

  it("is done only at the end", () => {
    expect(percentDone(erasure({ rows_done: 5000 }))).toBe(99);
    expect(percentDone(erasure({ state: "finished" }))).toBe(100);
    expect(percentDone(erasure({ rows_expected: 0 }))).toBe(0);
  });
});
