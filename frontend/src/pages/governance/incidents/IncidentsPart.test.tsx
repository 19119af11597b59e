import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { me } from "../../../testing/answers";
import { type Answers, open } from "../../../testing/page";
import { standingText } from "./Clock";
import type { Detail, Incident } from "./queries";
import { fieldOf, instantOf } from "./times";

const API = "/api/v1/security-incidents";
const ADDRESS = "/governance/incidents";

function incident(values: Partial<Incident> = {}): Incident {
  return {
    id: 5,
    title: "A lost laptop",
    detected_at: "2026-03-02T12:00:00Z",
    due_at: "2026-03-05T12:00:00Z",
    standing: "running",
    personal_data: null,
    closed_at: null,
    people: null,
    ...values,
  };
}

function detail(values: Partial<Detail> = {}): Detail {
  return {
    ...incident(),
    what_happened: "It was left in a train.",
    confidentiality: false,
    integrity: false,
    availability: false,
    causes: null,
    consequences: null,
    measures: null,
    contact: null,
    opened_at: "2026-03-02T12:00:00Z",
    opened_by: "Jo Doe",
    notified_at: null,
    delay_reason: null,
    not_notified_at: null,
    not_notified_reason: null,
    people_decided_at: null,
    tell_people: null,
    people_reason: null,
    people_told_at: null,
    exposed_from: null,
    exposed_until: null,
    exposed_tables: [],
    exposed_connections: [],
    exposed_accounts: [],
    affected: null,
    reminders: [],
    timeline: [],
    root_cause: null,
    lessons: null,
    closed_by: null,
    missing: ["Decide with a reason whether people are told."],
    is_signed: false,
    words_left_out: null,
    record: "/admin/governance/securityincident/5/change/",
    may_handle: true,
    ...values,
  };
}

function show(items: Incident[], answers: Answers = {}, address = ADDRESS, handles = true) {
  return open(address, {
    "/api/v1/me": () => me({ reads_administration: true, role: "administrator" }),
    [API]: () => ({
      items,
      total: items.length,
      page: 1,
      page_size: 25,
      waiting: items.length,
      overdue: 0,
      may_handle: handles,
      words_left_out: null,
    }),
    ...answers,
  });
}

it("says how much is left of the 72 hours", () => {
  const at = (hours: number) => Date.parse("2026-03-02T12:00:00Z") + hours * 3_600_000;
  expect(standingText(incident(), at(1.5))).toBe("70 h 30 min left");
  expect(standingText(incident({ standing: "overdue" }), at(73))).toBe("overdue by 1 h 0 min");
  expect(standingText(incident({ standing: "not_notified" }), at(1))).toMatch(/need not/);
});

it("reads a field for a day and time in the organisation's time zone", () => {
  for (const instant of ["2026-03-29T00:30:00.000Z", "2026-03-29T10:00:00.000Z"]) {
    expect(instantOf(fieldOf(instant, "Europe/Berlin"), "Europe/Berlin")).toBe(instant);
  }
});

it("says what to do where none is open", async () => {
  show([]);
  expect(await screen.findByText(/No incident is open/)).toBeTruthy();
});

it("opens one and says what is not known and what is missing", async () => {
  show([incident()], { [`${API}/5`]: () => detail() });
  await userEvent.click(await screen.findByRole("button", { name: "A lost laptop" }));
  const dialog = await screen.findByRole("dialog");
  expect(await within(dialog).findByText("It was left in a train.")).toBeTruthy();
  expect(within(dialog).getAllByText("not known yet").length).toBeGreaterThan(3);
  expect(within(dialog).getByText(/Decide with a reason/)).toBeTruthy();
});

it("sends the decision with its reason", async () => {
  const { sent } = show(
    [incident()],
    { [`${API}/5`]: () => detail(), [`${API}/5/not-to-notify`]: () => detail() },
    `${ADDRESS}?incident=5`,
  );
  await userEvent.click(await screen.findByRole("button", { name: "It need not be told …" }));
  await userEvent.type(screen.getByRole("textbox", { name: /Why a risk/ }), "Encrypted.");
  await userEvent.click(screen.getByRole("button", { name: "Decide" }));
  expect(await screen.findByText("It was left in a train.")).toBeTruthy();
  expect(sent).toEqual([{ reason: "Encrypted." }]);
});

it("offers nothing to an auditor", async () => {
  show(
    [incident()],
    { [`${API}/5`]: () => detail({ may_handle: false }) },
    `${ADDRESS}?incident=5`,
    false,
  );
  const dialog = await screen.findByRole("dialog");
  expect(await within(dialog).findByText("It was left in a train.")).toBeTruthy();
  expect(within(dialog).queryAllByRole("button", { name: /…$/ })).toHaveLength(0);
  expect(screen.queryByRole("button", { name: "Open an incident …" })).toBeNull();
});
