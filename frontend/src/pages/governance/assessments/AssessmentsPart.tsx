import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect } from "react";
import { meQuery } from "../../../api/queries";
import { type DataColumn, DataTable, RowName } from "../../../ui/DataTable";
import { dateTime, fullDay } from "../../../ui/dates";
import { Failure } from "../../../ui/Message";
import frame from "../../../ui/Page.module.css";
import { NoRows } from "../../../ui/TableSection";
import { failureOf } from "../../failure";
import { useChange } from "../../filters/useChange";
import { Section } from "../../Section";
import classes from "./assessments.module.css";
import {
  ASSESSMENTS_KEY,
  type Assessments,
  askForAssessment,
  assessmentsQuery,
  isMade,
  type Listed,
} from "./queries";
import { Read } from "./Read";

const route = getRouteApi("/governance/assessments");
const CAUSES = {
  demand: "On demand",
  schedule: "By the calendar",
  command: "By manage.py asvs",
} as const;
const FORMS = ["pdf", "html", "csv", "json"] as const;

/** What the appliance finds of itself against OWASP ASVS 4.0.3: the newest, what changed, and all before it. */
export default function AssessmentsPart() {
  const { data: me } = useSuspenseQuery(meQuery);
  const zone = me.organisation.time_zone;
  const search = route.useSearch();
  const change = useChange(route.useNavigate());
  const query = useQuery(assessmentsQuery);
  const client = useQueryClient();
  const unfinished = query.data?.items.filter((one) => !isMade(one)).length;
  useEffect(() => {
    // What is told of the newest follows from it.
    if (unfinished === 0) void client.invalidateQueries({ queryKey: ASSESSMENTS_KEY });
  }, [unfinished, client]);
  const made = query.data?.items.filter((one) => isMade(one) && !one.failed);
  const number = search.number ?? made?.[0]?.number;
  return (
    <div className={frame.content}>
      <Section
        title="Self-assessments"
        query={query}
        about={(told) => `By the calendar next on ${fullDay(told.next_due)}.`}
        tools={query.data?.may_ask && <Ask busy={Boolean(unfinished)} />}
      >
        {(told) => (
          <>
            <p className={classes.statement}>{told.statement}</p>
            <Doubts of={told} zone={zone} />
            {told.items.length > 0 ? (
              <DataTable
                label="Self-assessments, the newest first"
                columns={columns(zone, (chosen) => change({ number: chosen }))}
                rows={told.items}
                rowKey={(row) => row.number}
                stale={false}
              />
            ) : (
              <NoRows>
                None was made yet. The first one is made within a day after the installation, or
                now, by whoever administers.
              </NoRows>
            )}
          </>
        )}
      </Section>
      {number !== undefined && <Read key={number} number={number} zone={zone} />}
    </div>
  );
}

function Ask({ busy }: { busy: boolean }) {
  const client = useQueryClient();
  const ask = useMutation({
    mutationFn: askForAssessment,
    onSuccess: () => client.invalidateQueries({ queryKey: ASSESSMENTS_KEY }),
  });
  return (
    <>
      <Button
        size="xs"
        loading={busy || ask.isPending}
        aria-label="Assess now"
        onClick={() => ask.mutate()}
      >
        Assess now
      </Button>
      {ask.error && <Failure {...failureOf(ask.error)} onRetry={() => ask.mutate()} />}
    </>
  );
}

/** What the next one could not show, and what to do about it. */
function Doubts({ of, zone }: { of: Assessments; zone: string }) {
  const { host_looked_at, why_no_evidence } = of;
  return (
    <ul className={classes.doubts}>
      <li>
        {host_looked_at ? (
          <>The host looked at the appliance from outside on {dateTime(host_looked_at, zone)}.</>
        ) : (
          <>
            The host has not looked at the appliance from outside yet:{" "}
            <code>scripts/appliance asvs</code>.
          </>
        )}
      </li>
      <li>
        {why_no_evidence
          ? `Results of the build's tests do not count: ${why_no_evidence}.`
          : "Results of the build's tests are signed with the release that runs, and count."}
      </li>
    </ul>
  );
}

function columns(zone: string, onOpen: (number: number) => void): DataColumn<Listed>[] {
  return [
    {
      name: "Asked for",
      narrow: true,
      cell: (one) =>
        isMade(one) && !one.failed ? (
          <RowName
            name={dateTime(one.asked_at, zone)}
            where={`Number ${one.number}`}
            onOpen={() => onOpen(one.number)}
          />
        ) : (
          dateTime(one.asked_at, zone)
        ),
    },
    { name: "Why", cell: ({ cause }) => CAUSES[cause] },
    { name: "Outcome", narrow: true, cell: (one) => <Outcome of={one} /> },
    { name: "Signed", cell: ({ is_signed }) => (is_signed ? "signed" : "not yet") },
  ];
}

function Outcome({ of }: { of: Listed }) {
  if (!isMade(of)) return <>{of.error ? `Tried again: ${of.error}` : "Being made …"}</>;
  if (of.failed) return <>It could not be made: {of.error}</>;
  const { pass = 0, fail = 0 } = of.counts;
  const open = of.counts["not shown"] ?? 0;
  return (
    <>
      {pass} passed, {fail} failed{open > 0 && `, ${open} not shown`}
      <Downloads number={of.number} />
    </>
  );
}

function Downloads({ number }: { number: number }) {
  return (
    <div className={classes.downloads}>
      {FORMS.map((form) => (
        <a
          key={form}
          href={`/api/v1/assessments/${number}/report.${form}`}
          aria-label={`Number ${number} as ${form.toUpperCase()}`}
        >
          {form.toUpperCase()}
        </a>
      ))}
    </div>
  );
}
