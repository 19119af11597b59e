import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { me } from "../../../testing/answers";
import { type Answers, open, Refusal } from "../../../testing/page";
import type { Asked, Day, Destination, Outbound } from "./queries";

const API = "/api/v1/outbound";
const ADDRESS = "/governance/outbound";
const TOTAL = {
  requests: 1200,
  refused: 2,
  failed: 1,
  bytes_sent: 480_000,
  bytes_received: 9_600_000,
  first_at: "2026-08-01T08:00:00Z",
  last_at: "2026-08-20T10:00:00Z",
};
const NOTHING = {
  requests: 0,
  refused: 0,
  failed: 0,
  bytes_sent: 0,
  bytes_received: 0,
  first_at: null,
  last_at: null,
};

function destination(values: Partial<Destination> = {}): Destination {
  return {
    name: "ghes.example:443",
    purposes: ["collect", "clone"],
    because: ["connection Our GHES"],
    standing: "asked",
    total: TOTAL,
    ...values,
  };
}

function days(total = TOTAL): Day[] {
  return ["2026-08-19", "2026-08-20"].map((day) => ({ day, total }));
}

function outbound(values: Partial<Outbound> = {}): Outbound {
  return {
    first: "2026-08-19",
    last: "2026-08-20",
    destinations: [destination()],
    days: days(),
    ...values,
  };
}

function asked(values: Partial<Asked> = {}): Asked {
  return {
    digest: "0123456789abcdef0123456789abcdef",
    interface: "rest",
    name: "GET /repos/*/*/actions/runs",
    asked: [],
    kept: ["workflow_runs.id", "workflow_runs.status"],
    first_asked_at: "2026-07-01T08:00:00Z",
    purpose: "collect",
    total: TOTAL,
    ...values,
  };
}

function show(address: string, answers: Answers = {}) {
  return open(address, {
    "/api/v1/me": () => me({ reads_administration: true, role: "auditor" }),
    [API]: () => outbound(),
    [`${API}/queries`]: () => ({
      first: "2026-08-19",
      last: "2026-08-20",
      queries: [asked()],
      days: days(),
    }),
    ...answers,
  });
}

describe("outbound", () => {
  it("tells of each destination how it stands to the configuration", async () => {
    show(ADDRESS, {
      [API]: () =>
        outbound({
          destinations: [
            destination({ name: "old.example:443", because: [], standing: "not_configured" }),
            destination(),
            destination({ name: "idp.example:443", standing: "never_asked", total: NOTHING }),
          ],
        }),
    });
    const table = await screen.findByRole("table");
    const rows = within(table).getAllByRole("row").slice(1);
    expect(rows.map((row) => within(row).getByRole("rowheader").textContent)).toEqual([
      "old.example:443",
      "ghes.example:443connection Our GHES",
      "idp.example:443connection Our GHES",
    ]);
    expect(rows[0]?.textContent).toContain("Not configured");
    expect(rows[1]?.textContent).toContain("1,200");
    expect(rows[1]?.textContent).toContain("9.6 MB");
    expect(rows[2]?.textContent).toContain("Never asked");
    expect(screen.getByText(/1 destination below was asked/)).toBeTruthy();
    expect(screen.getByText("2 asked within the last 30 days, 2 configured")).toBeTruthy();
  });

  it("says what waits for the host to open the way", async () => {
    show(ADDRESS, {
      [API]: () => outbound({ destinations: [destination({ standing: "waiting" })] }),
    });
    const table = await screen.findByRole("table");
    expect(table.textContent).toContain("Waits for the host");
    expect(screen.getByText("scripts/appliance egress")).toBeTruthy();
  });

  it("keeps the range in the address, and the exports go by it", async () => {
    const { asked: questions, search } = show(`${ADDRESS}?span=90`);
    await screen.findByRole("table");
    expect(questions).toContain(`${API}?days=90`);
    expect(screen.getByRole("link", { name: "CSV" }).getAttribute("href")).toBe(
      "/api/v1/outbound.csv?days=90",
    );
    await userEvent.click(screen.getByRole("radio", { name: "400 days" }));
    await waitFor(() => expect(search()).toEqual({ span: 400 }));
    await userEvent.click(screen.getByRole("radio", { name: "30 days" }));
    await waitFor(() => expect(search()).toEqual({}));
  });

  it("opens a destination with its queries and their fields", async () => {
    const { search } = show(ADDRESS);
    await userEvent.click(await screen.findByRole("button", { name: "ghes.example:443" }));
    expect(search()).toEqual({ destination: "ghes.example:443" });
    const dialog = await screen.findByRole("dialog");
    await userEvent.click(await within(dialog).findByText("GET /repos/*/*/actions/runs"));
    expect(dialog.textContent).toContain("The whole answer is received");
    expect(dialog.textContent).toContain("Only these are kept");
    expect(within(dialog).getByText("workflow_runs.status")).toBeTruthy();
    expect(dialog.textContent).toContain("asked since 1 Jul 2026");
  });

  it("says of GraphQL that nothing else comes, and of what is not declared that it is not", async () => {
    const queries = [
      asked({ interface: "graphql", name: "Tip", asked: ["repository.id"], digest: "a" }),
      asked({ name: "GET /*/*", kept: null, digest: "b" }),
    ];
    show(`${ADDRESS}?destination=ghes.example:443`, {
      [`${API}/queries`]: () => ({
        first: "2026-08-19",
        last: "2026-08-20",
        queries,
        days: days(),
      }),
    });
    const dialog = await screen.findByRole("dialog");
    await within(dialog).findByText("Tip");
    expect(dialog.textContent).toContain("Asked for, and nothing else comes (1)");
    expect(dialog.textContent).toContain("is not declared");
  });

  it("says so where nothing left, and where nothing is configured", async () => {
    show(ADDRESS, {
      [API]: () =>
        outbound({
          destinations: [destination({ standing: "never_asked", total: NOTHING })],
          days: days(NOTHING as never),
        }),
    });
    expect(await screen.findByText(/Nothing left the appliance/)).toBeTruthy();
  });

  it("says where there is nowhere to go", async () => {
    show(ADDRESS, { [API]: () => outbound({ destinations: [], days: days(NOTHING as never) }) });
    expect(
      await screen.findByText(/No connection and no identity provider is configured/),
    ).toBeTruthy();
  });

  it("shows the days as a table, by the address", async () => {
    show(`${ADDRESS}?table=true`);
    const table = await screen.findByRole("table", { name: "Bytes, day by day" });
    expect(within(table).getAllByRole("row")).toHaveLength(3);
  });

  it("tells a failure and tries again", async () => {
    let fails = true;
    show(ADDRESS, {
      [API]: () =>
        fails
          ? new Refusal(503, { code: "down", message: "The database rests.", action: null })
          : outbound(),
    });
    expect((await screen.findByRole("alert")).textContent).toContain("The database rests.");
    fails = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("table")).toBeTruthy();
  });
});
