import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { meQuery } from "../../../api/queries";
import { bytes } from "../../../ui/bytes";
import { type DataColumn, DataTable } from "../../../ui/DataTable";
import { dateTime, fullDay } from "../../../ui/dates";
import { duration } from "../../../ui/durations";
import { count, counted } from "../../../ui/numbers";
import frame from "../../../ui/Page.module.css";
import { NoRows, TableSection } from "../../../ui/TableSection";
import { Section } from "../../Section";
import { type Backup, type Backups, backupsQuery, type Drill } from "./queries";

/** Which backups there are, until when, and whether they can be restored. */
export default function BackupsPart() {
  const { data: me } = useSuspenseQuery(meQuery);
  const zone = me.organisation.time_zone;
  const query = useQuery(backupsQuery);
  return (
    <div className={frame.content}>
      <Section title="Backups" query={query} about={(told) => nextBackup(told, zone)}>
        {(told) => (
          <>
            {told.backups.length > 0 ? (
              <DataTable
                label="Backups, the newest first"
                columns={backupColumns(zone)}
                rows={told.backups}
                rowKey={({ name }) => name}
                stale={false}
              />
            ) : (
              <NoRows>
                There is no backup. The operator makes one with scripts/appliance backup; a timer on
                the host makes one each day.
              </NoRows>
            )}
            <p className={frame.hint}>
              A backup goes after {counted(told.kept_days, "day")}. What is erased today is in none
              from {fullDay(told.erased_gone_on)} on; a restored one has it erased again at once.
            </p>
          </>
        )}
      </Section>
      {query.data && !query.error && (
        <TableSection title="Restore drills" count={nextDrill(query.data, zone)}>
          {query.data.drills.length > 0 ? (
            <DataTable
              label="Drills, the newest first"
              columns={drillColumns(zone)}
              rows={query.data.drills}
              rowKey={({ finished_at, backup }) => `${finished_at} ${backup}`}
              stale={false}
            />
          ) : (
            <NoRows>
              No backup was tried yet. Once a week the host restores the newest one aside, compares
              every table with what was backed up, and throws it away.
            </NoRows>
          )}
        </TableSection>
      )}
    </div>
  );
}

function nextBackup({ next_backup_at, backup_overdue }: Backups, zone: string): string {
  if (next_backup_at === null) return "";
  const at = dateTime(next_backup_at, zone);
  return backup_overdue ? `Overdue since ${at}.` : `The next one is made by ${at}.`;
}

function nextDrill({ next_drill_at, drill_overdue }: Backups, zone: string): string {
  if (next_drill_at === null) return "";
  const at = dateTime(next_drill_at, zone);
  return drill_overdue ? `Overdue since ${at}.` : `The next one is made by ${at}.`;
}

function backupColumns(zone: string): DataColumn<Backup>[] {
  return [
    { name: "As of", narrow: true, cell: ({ made_at }) => dateTime(made_at, zone) },
    { name: "Drill", narrow: true, cell: ({ drill }) => outcome(drill) },
    { name: "Size", numeric: true, cell: ({ size }) => bytes(size) },
    { name: "Rows", numeric: true, cell: ({ rows }) => count(rows) },
    { name: "Version", cell: ({ release }) => release },
    { name: "Lies in", cell: ({ place }) => (place === "sftp" ? "SFTP" : "a folder") },
    { name: "Goes on", narrow: true, cell: ({ goes_on }) => fullDay(goes_on) },
    { name: "SHA-256", cell: ({ sha256 }) => <code title={sha256}>{sha256.slice(0, 12)}</code> },
  ];
}

function outcome(drill: Drill | null): string {
  if (drill === null) return "not tried";
  return drill.passed ? "restores, every table equal" : "failed";
}

function drillColumns(zone: string): DataColumn<Drill>[] {
  return [
    { name: "Ended", narrow: true, cell: ({ finished_at }) => dateTime(finished_at, zone) },
    {
      name: "Outcome",
      narrow: true,
      cell: ({ passed, reason }) => (passed ? "Every table is equal" : `Failed: ${reason}`),
    },
    { name: "Backup", cell: ({ backup }) => backup ?? "one with a broken signature" },
    { name: "Tables", numeric: true, cell: ({ tables }) => count(tables) },
    { name: "Rows", numeric: true, cell: ({ rows }) => count(rows) },
    { name: "Took", numeric: true, cell: ({ seconds }) => duration(seconds) },
  ];
}
