import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { DetailSection, DetailSkeleton } from "../../../ui/DetailDrawer";
import drawer from "../../../ui/DetailDrawer.module.css";
import { dateTime } from "../../../ui/dates";
import { Failure } from "../../../ui/Message";
import { count } from "../../../ui/numbers";
import { failureOf } from "../../failure";
import { RowsByTable } from "../RowsByTable";
import { Bar } from "./ErasuresPart";
import classes from "./erasures.module.css";
import { KINDS, MODES, nameOf, STATES } from "./names";
import { type Act, type Erasure, erasureQuery, useAct } from "./queries";
import { Trouble } from "./Trouble";

/** One erasure: who asked and approved, how far it came, and what can be done with it. */
export function ErasureDetail({
  id,
  timeZone,
  onCertificate,
}: {
  id: number;
  timeZone: string;
  onCertificate: (id: number) => void;
}) {
  const { data, error, refetch } = useQuery(erasureQuery(id));
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (data === undefined) return <DetailSkeleton />;
  return (
    <div className={classes.form}>
      <header>
        <h2 className={drawer.title}>{nameOf(data)}</h2>
        <p className={drawer.where}>
          {[KINDS[data.kind], MODES[data.mode]].filter(Boolean).join(". ")}
        </p>
      </header>
      <div aria-live="polite">
        <p className={classes.state} data-state={data.state}>
          {STATES[data.state]}
          {data.state === "running" && `: ${count(data.rows_done)} rows so far`}
        </p>
        {data.state === "running" && <Bar of={data} />}
        {data.problem && <p className={classes.notice}>{data.problem}</p>}
      </div>
      {data.has_certificate && (
        <div className={classes.buttons}>
          <Button size="xs" variant="default" onClick={() => onCertificate(data.id)}>
            Certificate
          </Button>
        </div>
      )}
      <Acts of={data} />
      <dl className={drawer.list}>
        <dt>Reason</dt>
        <dd>{data.reason ?? "It went with the person."}</dd>
        <dt>Asked</dt>
        <dd>{decided(data.asked, timeZone)}</dd>
        {data.approved && (
          <>
            <dt>Approved</dt>
            <dd>{decided(data.approved, timeZone)}</dd>
          </>
        )}
        {data.refused && (
          <>
            <dt>{STATES[data.state]}</dt>
            <dd>{decided(data.refused, timeZone)}</dd>
          </>
        )}
        {data.started_at && (
          <>
            <dt>Begun</dt>
            <dd>{dateTime(data.started_at, timeZone)}</dd>
          </>
        )}
        {data.finished_at && (
          <>
            <dt>Erased</dt>
            <dd>{dateTime(data.finished_at, timeZone)}</dd>
          </>
        )}
      </dl>
      <DetailSection
        title="Rows by table"
        count={
          data.started_at
            ? `${count(data.rows_done)} of ${count(data.rows_expected)} erased`
            : count(data.rows_expected)
        }
      >
        <RowsByTable
          of={data.expected}
          done={data.started_at ? data.done : undefined}
          caption="Rows by table"
        />
      </DetailSection>
    </div>
  );
}

function decided({ by, at }: Erasure["asked"], timeZone: string): string {
  return `${dateTime(at, timeZone)}${by ? ` by ${by}` : ""}`;
}

const WORDS: Record<Act, { name: string; sure: string; said: string }> = {
  approve: {
    name: "Approve",
    sure: "It begins at once and cannot be undone.",
    said: "Approved.",
  },
  refuse: { name: "Refuse", sure: "Nothing goes. It can be asked for again.", said: "Refused." },
  retry: { name: "Try again", sure: "It goes on where it stopped.", said: "It is tried again." },
  lift: {
    name: "Let it be collected again",
    sure: "From then on it may come back by a connection. This stays on record.",
    said: "It may be collected again.",
  },
};

function Acts({ of }: { of: Erasure }) {
  const [asked, setAsked] = useState<Act>();
  const act = useAct();
  const may: Act[] = [
    ...(of.may_approve ? (["approve"] as const) : []),
    ...(of.may_refuse ? (["refuse"] as const) : []),
    ...(of.may_retry ? (["retry"] as const) : []),
    ...(of.may_lift ? (["lift"] as const) : []),
  ];
  const nameOfAct = (what: Act) => (what === "refuse" && of.is_own ? "Withdraw" : WORDS[what].name);
  return (
    <>
      {of.state === "asked" && of.approvers === 0 && (
        <p className={classes.notice}>
          Nobody could approve this. Make a second owner or administrator under Administration,
          Users.
        </p>
      )}
      {of.why_not_approved && of.approvers > 0 && (
        <p className={classes.soft}>
          {of.why_not_approved} {count(of.approvers)} could.
        </p>
      )}
      {of.lifted && <p className={classes.soft}>It may be collected again.</p>}
      {act.error && (
        <Trouble error={act.error} onRetry={() => act.variables && act.mutate(act.variables)} />
      )}
      <p className={classes.said} role="status">
        {act.isSuccess && act.variables.what !== "refuse" && WORDS[act.variables.what].said}
      </p>
      {asked !== undefined && may.includes(asked) ? (
        <div className={classes.sure}>
          <p>{WORDS[asked].sure}</p>
          <div className={classes.buttons}>
            <Button
              size="xs"
              color={asked === "approve" ? "red.9" : undefined}
              loading={act.isPending}
              onClick={() =>
                act.mutate({ id: of.id, what: asked }, { onSuccess: () => setAsked(undefined) })
              }
            >
              {nameOfAct(asked)}
            </Button>
            <Button size="xs" variant="default" onClick={() => setAsked(undefined)}>
              Not now
            </Button>
          </div>
        </div>
      ) : (
        may.length > 0 && (
          <div className={classes.buttons}>
            {may.map((what) => (
              <Button key={what} size="xs" variant="default" onClick={() => setAsked(what)}>
                {nameOfAct(what)} …
              </Button>
            ))}
          </div>
        )
      )}
    </>
  );
}
