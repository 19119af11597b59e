import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { type Answers, open, Refusal } from "../../testing/page";
import type { OwnRequest } from "./names";
import type { HeldCategory } from "./queries";

const API = "/api/v1/your-data";

function request(values: Partial<OwnRequest> = {}): OwnRequest {
  return {
    id: 5,
    kind: "access",
    state: "open",
    mode: null,
    text: "",
    asked_on: "2026-08-01",
    due_on: "2026-09-01",
    ended_at: null,
    extension_reason: null,
    outcome_text: null,
    available_until: null,
    erasure: null,
    may_withdraw: true,
    ...values,
  };
}

const CODE: HeldCategory = {
  key: "code",
  name: "Pull requests, reviews and commits",
  purpose: "So that work's flow is seen.",
  source: "GitHub.",
  kept: "As retention says.",
  rows: 1204,
  tables: [{ title: "Commits", rows: 1204 }],
};

function show(requests: OwnRequest[] = [], answers: Answers = {}, address = "/your-data") {
  return open(address, {
    [API]: () => ({ linked: true, categories: [CODE], requests }),
    ...answers,
  });
}

it("tells what is held, how much and what for", async () => {
  show();
  expect(await screen.findByText("Commits: 1,204")).toBeTruthy();
  expect(screen.getByText("So that work's flow is seen.")).toBeTruthy();
  expect(screen.getByText("You have asked for nothing yet.")).toBeTruthy();
});

it("says where an account is linked to nobody", async () => {
  open("/your-data", { [API]: () => ({ linked: false, categories: [], requests: [] }) });
  expect(await screen.findByText(/linked to nobody in the figures/)).toBeTruthy();
});

it("is reached from the account's menu", async () => {
  open("/pull-requests", { [API]: () => ({ linked: true, categories: [], requests: [] }) });
  await userEvent.click(await screen.findByRole("button", { name: /account of Lead/ }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Your data" }));
  expect(await screen.findByRole("heading", { name: "Your data", level: 1 })).toBeTruthy();
});

it("asks for erasure as it is wished, and says that it was", async () => {
  const { sent, search } = show([], {
    [`${API}/requests`]: () => request({ kind: "erasure", mode: "remove" }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Ask for erasure …" }));
  await waitFor(() => expect(search()).toEqual({ ask: "erasure" }));
  await userEvent.click(screen.getByRole("radio", { name: "Take away that it was me" }));
  await userEvent.click(screen.getByRole("button", { name: "Ask: erasure" }));
  expect(await screen.findByText(/You asked: erasure, under way/)).toBeTruthy();
  expect(sent).toEqual([{ kind: "erasure", text: "", mode: "remove" }]);
});

it("says what stands against a wish", async () => {
  const refusal = { code: "not_possible", message: "It is under way.", action: null };
  show([], { [`${API}/requests`]: () => new Refusal(409, refusal) }, "/your-data?ask=access");
  await userEvent.click(await screen.findByRole("button", { name: "Ask for a copy" }));
  expect((await screen.findByRole("alert")).textContent).toContain("It is under way.");
});

it("offers a copy that was handed over, and what is under way to be withdrawn", async () => {
  const ready = request({
    id: 6,
    state: "fulfilled",
    ended_at: "2026-08-02T10:00:00Z",
    available_until: "2026-09-01T10:00:00Z",
    may_withdraw: false,
  });
  const { asked } = show([request({ kind: "objection" }), ready], {
    [`${API}/requests/5/withdraw`]: () => request({ kind: "objection", state: "withdrawn" }),
  });
  const link = await screen.findByRole("link", { name: "Download the copy" });
  expect(link.getAttribute("href")).toBe(`${API}/requests/6/copy`);
  expect(screen.getByText(/can be downloaded until 31 Aug 2026/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Withdraw: objection" }));
  expect(await screen.findByText("Withdrawn: objection.")).toBeTruthy();
  expect(asked).toContain(`${API}/requests/5/withdraw`);
});

it("tells why something was refused, and where to complain", async () => {
  show([
    request({
      state: "refused",
      ended_at: "2026-08-02T10:00:00Z",
      outcome_text: "It is not yours.",
      may_withdraw: false,
    }),
  ]);
  expect(await screen.findByText("Refused because: It is not yours.")).toBeTruthy();
  expect(screen.getByText(/complain to a data protection supervisory authority/)).toBeTruthy();
});
