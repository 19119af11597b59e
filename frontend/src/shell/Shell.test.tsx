import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { me, status } from "../testing/answers";
import { open, Refusal } from "../testing/page";

it("goes to sign-in where the session has ended, and back afterwards", async () => {
  const assign = vi.spyOn(window.location, "assign").mockImplementation(() => undefined);
  open("/pull-requests", {
    "/api/v1/me": () => new Refusal(401, { code: "not_signed_in", message: "", action: null }),
  });
  await vi.waitFor(() => expect(assign).toHaveBeenCalled());
  expect(assign.mock.calls[0]?.[0]).toMatch(/^\/accounts\/login\/\?next=%2F/);
});

it("leaves for the page that tells of maintenance once it is closed", async () => {
  const reload = vi.spyOn(window.location, "reload").mockImplementation(() => undefined);
  open("/pull-requests", {
    "/api/v1/status": () => new Refusal(503, { code: "maintenance", message: "", action: null }),
  });
  await vi.waitFor(() => expect(reload).toHaveBeenCalled());
});

it.each([
  [false, "Plumbline closes for maintenance on 20 Aug 2026, 22:00"],
  [true, "Closed for maintenance since 20 Aug 2026, 22:00"],
])("tells everybody of maintenance: closed %s", async (is_closed, words) => {
  const maintenance = { message: "New disks.", closes_at: "2026-08-20T20:00:00Z", is_closed };
  open("/pull-requests", { "/api/v1/status": () => status({ maintenance }) });
  const notice = await screen.findByRole("complementary", { name: "Maintenance" });
  expect(notice.textContent).toContain(words);
  expect(notice.textContent).toContain("New disks.");
});

it("says that an address is unknown", async () => {
  open("/no-such-page");
  expect(await screen.findByRole("heading", { name: "There is no such page" })).toBeTruthy();
});

it("leads from the start to the pull requests", async () => {
  open("/");
  expect(await screen.findByRole("heading", { name: "Pull requests", level: 1 })).toBeTruthy();
});

it("shows how far the collection is, and leads to all about it", async () => {
  open("/pull-requests", {
    "/api/v1/status": () => status({ state: "syncing", stored: 30, expected: 120 }),
  });
  await userEvent.click(
    await screen.findByRole("button", { name: "Data status: Collecting, 25 %" }),
  );
  expect(await screen.findAllByText(/30 of 120 pull requests/)).toBeTruthy();
  const more = screen.getByRole("link", { name: "All about the data's quality" });
  expect(more.getAttribute("href")).toBe("/data-quality");
});

it.each([
  [
    { stored: 30, expected: 120, issues: { stored: 50, expected: 80 } },
    "40 %",
    /of 120 pull requests, 50 of 80 issues/,
  ],
  [{ stored: 0, expected: null, issues: { stored: 20, expected: 80 } }, "25 %", /^20 of 80 issues/],
])("counts issues with them, or alone", async (values, share, text) => {
  open("/pull-requests", {
    "/api/v1/status": () => status({ state: "syncing", ...values }),
  });
  await userEvent.click(
    await screen.findByRole("button", { name: `Data status: Collecting, ${share}` }),
  );
  expect(await screen.findAllByText(text)).toBeTruthy();
});

it("lists the administration to those who may open it, and only to them", async () => {
  open("/pull-requests", {
    "/api/v1/me": () => me({ links: { ...me().links, admin: "/admin/" } }),
  });
  await userEvent.click(await screen.findByRole("button", { name: /account of Lead of team a/ }));
  expect(await screen.findByRole("menuitem", { name: "Administration" })).toBeTruthy();
  expect(screen.queryByRole("menuitem", { name: "Documentation" })).toBeNull();
});

it("says that it is a demo", async () => {
  open("/pull-requests", { "/api/v1/me": () => me({ demo: { note: "Openings are modelled." } }) });
  expect(await screen.findByText("Openings are modelled.")).toBeTruthy();
});

it("says until when an evaluation may go on without encryption at rest", async () => {
  open("/pull-requests", { "/api/v1/me": () => me({ evaluation_until: "2026-09-18T22:30:00Z" }) });
  expect(
    await screen.findByText(/An evaluation without encryption at rest, until 19 Sep/),
  ).toBeTruthy();
});

it("tells administrators that a certificate ends, and what to read", async () => {
  const ending = {
    name: "public",
    told: "what browsers see",
    ends_at: "2026-08-27T09:30:00Z",
    days: 7,
    urgency: "urgent" as const,
  };
  const links = { ...me().links, docs: "/docs/" };
  open("/pull-requests", { "/api/v1/me": () => me({ certificates_ending: [ending], links }) });
  expect(
    await screen.findByText(/A certificate ends in 7 days, on .*: what browsers see\./),
  ).toBeTruthy();
  const link = screen.getByRole("link", { name: "Renew it" });
  expect(link.getAttribute("href")).toBe("/docs/operate.md#certificates");
});

it("tells administrators that an emergency account was used, and where to see to it", async () => {
  const used = {
    account: "emergency@plumbline.example",
    signed_in_at: "2026-08-20T09:30:00Z",
    link: "/admin/accounts/breakglassuse/",
  };
  open("/pull-requests", { "/api/v1/me": () => me({ emergency_use: used }) });
  expect(await screen.findByText(/emergency@plumbline.example signed in on/)).toBeTruthy();
  const link = screen.getByRole("link", { name: "Look into it and acknowledge it" });
  expect(link.getAttribute("href")).toBe(used.link);
});
