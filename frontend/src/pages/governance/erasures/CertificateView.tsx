import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import drawer from "../../../ui/DetailDrawer.module.css";
import { dateTime, fullDay } from "../../../ui/dates";
import { count } from "../../../ui/numbers";
import { Section } from "../../Section";
import { RowsByTable } from "../RowsByTable";
import classes from "./erasures.module.css";
import { KINDS } from "./names";
import { type Certificate, certificateQuery, type Erasure } from "./queries";

/** What of the signed text is told in words; the download holds all of it. */
type Content = {
  of: Erasure["kind"];
  subject: { id: number | null; known_by: Record<string, string[]> };
  asked: { at: string; by_account: number | null };
  approved: { at: string; by_account: number | null };
  finished_at: string;
  rows: Record<string, number>;
  rows_in_all: number;
  method: string;
};

export function CertificateView({
  id,
  timeZone,
  onBack,
}: {
  id: number;
  timeZone: string;
  onBack: () => void;
}) {
  const query = useQuery(certificateQuery(id));
  return (
    <Section
      title={`Certificate of erasure ${id}`}
      query={query}
      about={(data) =>
        data.signed_at
          ? `Signed ${dateTime(data.signed_at, timeZone)}`
          : "It is being signed, which takes a few seconds."
      }
      tools={
        <div className={`${classes.buttons} no-print`}>
          <Button size="xs" variant="default" onClick={onBack}>
            Back
          </Button>
          {query.data?.signature && (
            <Button
              size="xs"
              variant="default"
              component="a"
              href={`/api/v1/erasures/${id}/certificate.json`}
              download
            >
              Download
            </Button>
          )}
          <Button size="xs" onClick={() => window.print()}>
            Print
          </Button>
        </div>
      }
    >
      {(data) => <Text of={data} timeZone={timeZone} />}
    </Section>
  );
}

function Text({ of, timeZone }: { of: Certificate; timeZone: string }) {
  const told = of.content as Content;
  const digests = Object.values(told.subject.known_by).flat();
  const rows = Object.entries(told.rows)
    .map(([table, number]) => ({ table, rows: number }))
    .sort((a, b) => b.rows - a.rows);
  return (
    <div className={classes.certificate}>
      <dl className={drawer.list}>
        <dt>Erased</dt>
        <dd>
          {KINDS[told.of]}
          {told.subject.id !== null && ` ${told.subject.id}`}, {count(told.rows_in_all)} rows
        </dd>
        <dt>Known by</dt>
        <dd className={classes.code}>{digests.length > 0 ? digests.join(" ") : "–"}</dd>
        <dt>Asked</dt>
        <dd>
          {dateTime(told.asked.at, timeZone)} by account {told.asked.by_account}
        </dd>
        <dt>Approved</dt>
        <dd>
          {dateTime(told.approved.at, timeZone)} by account {told.approved.by_account}
        </dd>
        <dt>Finished</dt>
        <dd>{dateTime(told.finished_at, timeZone)}</dd>
        <dt>In no backup after</dt>
        <dd>{of.in_no_backup_after ? fullDay(of.in_no_backup_after) : "–"}</dd>
        <dt>How</dt>
        <dd>{told.method}</dd>
        <dt>Signature</dt>
        <dd className={classes.code}>
          {of.signature ? `${of.signature} (key ${of.key_id})` : "not yet"}
        </dd>
      </dl>
      <RowsByTable of={rows} caption="Rows that were erased, by table" />
    </div>
  );
}
