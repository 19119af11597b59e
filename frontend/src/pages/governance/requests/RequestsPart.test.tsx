import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { me } from "../../../testing/answers";
import { type Answers, open } from "../../../testing/page";
import type { Detail, SubjectRequest } from "./queries";

const API = "/api/v1/subject-requests";
const ADDRESS = "/governance/requests";

function request(values: Partial<SubjectRequest> = {}): SubjectRequest {
  return {
    id: 5,
    kind: "access",
    state: "open",
    mode: null,
    text: null,
    asked_on: "2026-07-25",
    due_on: "2026-08-25",
    ended_at: null,
    extension_reason: null,
    outcome_text: null,
    available_until: null,
    erasure: null,
    may_withdraw: true,
    who: "Jo Doe",
    by_letter: false,
    timing: "due_in_7_days",
    days_left: 5,
    handled_by: null,
    words_left_out: null,
    ...values,
  };
}

function detail(values: Partial<Detail> = {}): Detail {
  return {
    ...request(),
    known: true,
    identity_checked: null,
    record: "/admin/governance/subjectrequest/5/change/",
    entered_at: "2026-07-25T10:00:00Z",
    extended_at: null,
    downloaded_at: null,
    erasure_id: null,
    categories: [],
    may_handle: true,
    may_download: false,
    why_not_handed_over: null,
    ...values,
  };
}

function show(items: SubjectRequest[], answers: Answers = {}, address = ADDRESS, handles = true) {
  return open(address, {
    "/api/v1/me": () => me({ reads_administration: true, role: "administrator" }),
    [API]: () => ({
      items,
      total: items.length,
      page: 1,
      page_size: 25,
      timings: { in_time: 0, due_in_7_days: 1, due_in_2_days: 0, overdue: 1 },
      may_handle: handles,
      why_not_entered: null,
    }),
    ...answers,
  });
}

it("lists who asks with the clock in words", async () => {
  show([request({ id: 4, timing: "overdue", days_left: -3, who: "Max Roe" }), request()]);
  expect(await screen.findByText("overdue by 3 days")).toBeTruthy();
  expect(screen.getByText("5 days left")).toBeTruthy();
  expect(
    screen.getByText("2 requests to be answered: 1 overdue, 1 due within 7 days"),
  ).toBeTruthy();
});

it("is narrowed by the address", async () => {
  const { asked, search } = show([], {}, `${ADDRESS}?kind=erasure`);
  expect(await screen.findByText(/Nobody waits for an answer/)).toBeTruthy();
  expect(asked).toContain(`${API}?show=open&kind=erasure&page=1&page_size=25`);
  await userEvent.click(screen.getByRole("radio", { name: "Closed" }));
  await waitFor(() => expect(search()).toEqual({ kind: "erasure", show: "closed" }));
  expect(await screen.findByText(/There is no such request/)).toBeTruthy();
});

it("hands a copy over", async () => {
  const { asked } = show([request()], {
    [`${API}/5`]: () => detail(),
    [`${API}/5/hand-over`]: () => detail({ state: "fulfilled" }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Jo Doe" }));
  await userEvent.click(await screen.findByRole("button", { name: "Hand over the copy …" }));
  expect(screen.getByText(/Other people are left out/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Hand over" }));
  expect(await screen.findByText(/The copy is handed over/)).toBeTruthy();
  expect(asked).toContain(`${API}/5/hand-over`);
});

it("says who hands the copy of a letter over where one has entered it oneself", async () => {
  const why = "You entered it yourself: another owner or administrator hands the copy over.";
  const letter = { by_letter: true, why_not_handed_over: why };
  show([request()], { [`${API}/5`]: () => detail(letter) }, `${ADDRESS}?request=5`);
  const dialog = await screen.findByRole("dialog");
  expect(await within(dialog).findByText(why)).toBeTruthy();
  const acts = within(dialog).getAllByRole("button", { name: /…$/ });
  expect(acts.map((one) => one.textContent)).toEqual(["Extend …", "Refuse …"]);
});

it("lets a copy that another handed over be handed over anew, to be downloaded", async () => {
  const closed = { state: "fulfilled", ended_at: "2026-08-20T10:00:00Z", known: true } as const;
  const letter = { ...closed, by_letter: true, available_until: "2026-09-19T10:00:00Z" };
  show([request()], { [`${API}/5`]: () => detail(letter) }, `${ADDRESS}?request=5`);
  expect(await screen.findByRole("button", { name: "Hand over again …" })).toBeTruthy();
  expect(screen.queryByRole("link", { name: "Download the copy" })).toBeNull();
});

it("says that words are left out where people have pseudonyms", async () => {
  const words_left_out = "What was typed is left out.";
  const closed = { state: "refused", ended_at: "2026-08-20T10:00:00Z" } as const;
  const told = { ...closed, extended_at: "2026-08-01T10:00:00Z", words_left_out };
  show([request()], { [`${API}/5`]: () => detail(told) }, `${ADDRESS}?request=5`);
  expect(await screen.findByText(/What was typed is left out\./)).toBeTruthy();
  expect(screen.getByText("Extended")).toBeTruthy();
  expect(screen.getByText("Refused")).toBeTruthy();
});

it("starts an erasure as it was wished, and extends and refuses with a reason", async () => {
  const of = { kind: "erasure", mode: "remove" } as const;
  const { sent } = show([request(of)], {
    [`${API}/5`]: () => detail(of),
    [`${API}/5/erase`]: () => detail({ ...of, erasure: "asked" }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Jo Doe" }));
  const dialog = await screen.findByRole("dialog");
  const acts = await within(dialog).findAllByRole("button", { name: /…$/ });
  expect(acts.map((one) => one.textContent)).toEqual([
    "Start the erasure …",
    "Extend …",
    "Refuse …",
  ]);
  await userEvent.click(within(dialog).getByRole("button", { name: "Start the erasure …" }));
  await userEvent.type(within(dialog).getByRole("textbox", { name: /Reason/ }), "They leave.");
  await userEvent.click(within(dialog).getByRole("button", { name: "Start" }));
  await waitFor(() => expect(sent).toEqual([{ mode: "remove", reason: "They leave." }]));
});

it("offers nothing to an auditor, and leads to who it is where people have pseudonyms", async () => {
  show(
    [request()],
    {
      "/api/v1/me": () =>
        me({
          reads_administration: true,
          pseudonyms: true,
          links: { ...me().links, admin: "/admin/" },
        }),
      [`${API}/5`]: () => detail({ may_handle: false }),
    },
    `${ADDRESS}?request=5`,
    false,
  );
  const link = await screen.findByRole("link", { name: "Who this is" });
  expect(link.getAttribute("href")).toContain("/admin/governance/subjectrequest/5/");
  const dialog = screen.getByRole("dialog");
  expect(within(dialog).queryAllByRole("button", { name: /…$/ })).toHaveLength(0);
});

it("reminds administrators on every page", async () => {
  open("/pull-requests", {
    "/api/v1/me": () => me({ requests_due: { soon: 1, overdue: 2 } }),
  });
  expect(
    await screen.findByText(/2 requests of people are overdue, and 1 is due within 7 days\./),
  ).toBeTruthy();
});
