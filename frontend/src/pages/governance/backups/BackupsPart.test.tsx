import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { me } from "../../../testing/answers";
import { type Answers, open, Refusal } from "../../../testing/page";
import type { Backup, Backups, Drill } from "./queries";

const API = "/api/v1/backups";

function drill(values: Partial<Drill> = {}): Drill {
  return {
    backup: "plumbline-20260819T020000Z.age",
    finished_at: "2026-08-19T03:00:00Z",
    passed: true,
    reason: null,
    seconds: 95,
    tables: 94,
    rows: 120_000,
    ...values,
  };
}

function backup(values: Partial<Backup> = {}): Backup {
  return {
    name: "plumbline-20260819T020000Z.age",
    made_at: "2026-08-19T02:00:00Z",
    release: "1.0",
    size: 12_400_000,
    sha256: "ab".repeat(32),
    tables: 94,
    rows: 120_000,
    place: "sftp",
    goes_on: "2026-09-23",
    drill: drill(),
    ...values,
  };
}

function told(values: Partial<Backups> = {}): Backups {
  return {
    backups: [backup()],
    drills: [drill()],
    kept_days: 35,
    erased_gone_on: "2026-09-24",
    next_backup_at: "2026-08-20T02:00:00Z",
    backup_overdue: false,
    next_drill_at: "2026-08-26T03:00:00Z",
    drill_overdue: false,
    ...values,
  };
}

function show(answers: Answers = {}) {
  return open("/governance/backups", {
    "/api/v1/me": () => me({ reads_administration: true, role: "administrator" }),
    [API]: () => told(),
    ...answers,
  });
}

describe("backups", () => {
  it("tells each backup, whether it restores, and when it goes", async () => {
    show();
    const table = within(await screen.findByRole("region", { name: "Backups, the newest first" }));
    const row = within(table.getAllByRole("row")[1] as HTMLElement);
    expect(row.getByText("restores, every table equal")).toBeDefined();
    expect(row.getByText("12.4 MB")).toBeDefined();
    expect(row.getByText("SFTP")).toBeDefined();
    expect(screen.getByText(/is in none\s+from .*24 .*2026/)).toBeDefined();
    expect(screen.getAllByText(/The next one is made by/)).toHaveLength(2);
  });

  it("says what failed and what is overdue", async () => {
    const failed = drill({ passed: false, reason: "people_person has other values" });
    show({
      [API]: () =>
        told({
          backups: [backup({ drill: failed })],
          drills: [failed, drill({ backup: null, finished_at: "2026-08-12T03:00:00Z" })],
          backup_overdue: true,
          drill_overdue: true,
        }),
    });
    expect(await screen.findByText("Failed: people_person has other values")).toBeDefined();
    expect(screen.getByText("one with a broken signature")).toBeDefined();
    expect(screen.getAllByText(/Overdue since/)).toHaveLength(2);
  });

  it("says what to do where nothing was made yet", async () => {
    show({
      [API]: () => told({ backups: [], drills: [], next_backup_at: null, next_drill_at: null }),
    });
    expect(await screen.findByText(/scripts\/appliance backup/)).toBeDefined();
    expect(screen.getByText(/No backup was tried yet/)).toBeDefined();
  });

  it("says why it cannot be told", async () => {
    show({
      [API]: () => new Refusal(500, { code: "failed", message: "It broke.", action: null }),
    });
    expect((await screen.findByRole("alert")).textContent).toContain("It broke.");
  });

  it("warns administrators on every page", async () => {
    open("/governance/backups", {
      "/api/v1/me": () =>
        me({ reads_administration: true, backup_trouble: "The last restore drill failed." }),
      [API]: () => told(),
    });
    const notice = await screen.findByRole("complementary", { name: "Backups need attention" });
    expect(notice.textContent).toContain("The last restore drill failed.");
    expect(within(notice).getByRole("link").getAttribute("href")).toBe("/governance/backups");
  });
});
