import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { me } from "../../../testing/answers";
import { type Answers, open, Refusal } from "../../../testing/page";
import type { AuditEvent, AuditValue } from "./queries";

const API = "/api/v1/audit/events";

function words(...says: string[]): AuditValue {
  return { kind: "words", says };
}

function event(values: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id: 41,
    at: "2026-08-20T11:00:00Z",
    act: "changed",
    says: "Changed",
    meaning: "",
    who: "administrator@plumbline.example",
    who_kind: "account",
    actor: 7,
    who_erased: false,
    kind: "team",
    about: "Payments",
    about_key: "12",
    about_erased: false,
    address: "192.0.2.7",
    withheld: null,
    changes: [{ field: "name", name: "Name", before: words("Pay"), after: words("Payments") }],
    detail: [],
    ...values,
  };
}

function answers(items: AuditEvent[], more: Answers = {}): Answers {
  return {
    "/api/v1/me": () => ({ ...me(), reads_administration: true }),
    "/api/v1/audit/choices": () => ({
      groups: [
        {
          group: "sign-ins",
          acts: [{ act: "signed_in", says: "Signed in", meaning: "Signed in." }],
        },
      ],
      kinds: [{ id: 3, name: "team" }],
    }),
    [API]: () => ({ items, next: null }),
    ...more,
  };
}

/** Of a link to it. */
function alone(one: AuditEvent): Answers {
  return answers([], { [`${API}/${one.id}`]: () => one });
}

describe("the audit log", () => {
  it("shows what was done, by whom, about what and from where", async () => {
    open("/governance/audit", answers([event()]));
    const table = await screen.findByRole("region", { name: "Events" });
    const row = (await within(table).findByText("Changed team")).closest("tr") as HTMLElement;
    expect(row.textContent).toContain("administrator@plumbline.example");
    expect(row.textContent).toContain("Payments team");
    expect(row.textContent).toContain("192.0.2.7");
  });

  it("calls an act by its name alone, and what is erased by its number", async () => {
    const erased = { about: "", about_erased: true, kind: "user", about_key: "3" };
    open("/governance/audit", answers([event({ act: "collected", says: "Collected", ...erased })]));
    const button = await screen.findByRole("button", { name: "Collected" });
    expect(button.closest("tr")?.textContent).toContain("user 3, erased");
  });

  it.each([
    [{ who_kind: "operator", who: "root", actor: null }, "root, on the machine"],
    [{ who_kind: "database", who: null, actor: null }, "SQL, past the application"],
    [{ who_kind: "plumbline", who: null, actor: null }, "Plumbline itself"],
    [{ who_kind: "nobody", who: null, actor: null }, "somebody unknown"],
    [{ who: null, who_erased: true }, "account 7, erased"],
  ] as const)("says who it was: %o", async (values, said) => {
    open("/governance/audit", answers([event(values)]));
    expect(await screen.findByText(said)).toBeTruthy();
  });

  it("opens an event with before and after, and narrows the log to who did it", async () => {
    const { asked } = open("/governance/audit", answers([event()]));
    await userEvent.click(await screen.findByRole("button", { name: "Changed team" }));
    const drawer = await screen.findByRole("dialog");
    expect(within(drawer).getByRole("row", { name: "Name Pay Payments" })).toBeTruthy();
    await userEvent.click(within(drawer).getByRole("button", { name: "Only theirs" }));
    await waitFor(() => expect(asked.at(-1)).toContain("actor=7"));
    expect(
      await screen.findByRole("button", { name: "Only administrator@plumbline.example: show all" }),
    ).toBeTruthy();
  });

  it("says values as people read them, in the organisation's time", async () => {
    const change = (field: string, before: AuditValue | null, after: AuditValue | null) => ({
      field,
      name: field,
      before,
      after,
    });
    open(
      "/governance/audit?event=41",
      alone(
        event({
          changes: [
            change("Moment", null, { kind: "moment", says: ["2026-08-20T11:00:00+00:00"] }),
            change("Day", words("no"), { kind: "day", says: ["2026-08-20"] }),
            change("Time", null, { kind: "duration", says: ["7776000"] }),
            change("Certificate", null, words("M".repeat(1000))),
            change("Key", null, { kind: "withheld", says: ["kept sealed"] }),
          ],
          detail: [{ name: "People", value: words("Jo", "Jo", "Ann") }],
        }),
      ),
    );
    const drawer = await screen.findByRole("dialog");
    for (const row of [
      "Moment not set 20 Aug 2026, 13:00",
      "Day no 20 Aug 2026",
      "Time not set 90 d",
      "Key not set kept sealed",
    ])
      expect(await within(drawer).findByRole("row", { name: row })).toBeTruthy();
    expect(within(drawer).getByRole("region", { name: /^M+…$/ }).tabIndex).toBe(0);
    const items = within(drawer).getAllByRole("listitem");
    expect(items.map(({ textContent }) => textContent)).toEqual(["Jo", "Jo", "Ann"]);
  });

  it.each([
    ["created", ["Field", "After"]],
    ["deleted", ["Field", "Before"]],
    ["row_changed", ["Field", "Before", "After"]],
  ])("of a row that was %s it shows %o", async (act, columns) => {
    open("/governance/audit?event=41", alone(event({ act })));
    const table = await within(await screen.findByRole("dialog")).findByRole("table");
    const heads = within(table).getAllByRole("columnheader");
    expect(heads.map(({ textContent }) => textContent)).toEqual(columns);
  });

  it("asks for what stands in the address, and takes the same along", async () => {
    const { asked } = open(
      "/governance/audit?from=2026-08-01&to=2026-08-21&act=signed_in&kind=3&q=pay&address=192.0.2.7",
      answers([event()]),
    );
    const said = "from=2026-08-01&to=2026-08-21&search=pay&act=signed_in&kind=3&address=192.0.2.7";
    const link = await screen.findByRole("link", { name: "JSON lines" });
    expect(link.getAttribute("href")).toBe(`${API}.jsonl?${said}`);
    await waitFor(() =>
      expect(asked.some((one) => one.startsWith(`${API}?`) && one.includes("act=signed_in"))).toBe(
        true,
      ),
    );
  });

  it("shows earlier ones behind the last", async () => {
    open(
      "/governance/audit",
      answers([], {
        [API]: (query) =>
          query.get("after") === "1-41"
            ? { items: [event({ id: 40, about: "Older" })], next: null }
            : { items: [event()], next: "1-41" },
      }),
    );
    await userEvent.click(await screen.findByRole("button", { name: "Show earlier ones" }));
    expect(await screen.findByText("Older")).toBeTruthy();
    expect(screen.getByText("Payments")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Show earlier ones" })).toBeNull();
  });

  it("opens one that a link names, though no page holds it", async () => {
    open(
      "/governance/audit?event=9",
      answers([], {
        [`${API}/9`]: () =>
          event({ id: 9, about_erased: true, about: "", withheld: "erased with the person's key" }),
      }),
    );
    const drawer = await screen.findByRole("dialog");
    expect(await within(drawer).findByText(/its key is destroyed/)).toBeTruthy();
    expect(within(drawer).getByText("erased with the person's key")).toBeTruthy();
  });

  it("says that nothing is like that", async () => {
    open("/governance/audit", answers([]));
    expect(await screen.findByText(/Nothing like that is in the log/)).toBeTruthy();
  });

  it("says what failed, and tries again", async () => {
    let fails = true;
    open(
      "/governance/audit",
      answers([], {
        [API]: () =>
          fails
            ? new Refusal(503, { code: "not_recorded", message: "No record.", action: "Wait." })
            : { items: [event()], next: null },
      }),
    );
    expect(await screen.findByText("No record.")).toBeTruthy();
    fails = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Changed team")).toBeTruthy();
  });
});
