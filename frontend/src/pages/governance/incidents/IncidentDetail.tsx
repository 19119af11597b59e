import { Button } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { meQuery } from "../../../api/queries";
import { DetailSection, DetailSkeleton } from "../../../ui/DetailDrawer";
import drawer from "../../../ui/DetailDrawer.module.css";
import { dateTime } from "../../../ui/dates";
import { Failure } from "../../../ui/Message";
import { failureOf } from "../../failure";
import { type Act, ActForm } from "./ActForm";
import { AffectedView } from "./AffectedView";
import { Clock } from "./Clock";
import { FactsForm } from "./FactsForm";
import classes from "./incidents.module.css";
import {
  type Detail,
  incidentQuery,
  noticeAddress,
  type Reminder,
  recount,
  reportAddress,
  useIncidentChange,
} from "./queries";
import { ScopeForm } from "./ScopeForm";

type Doing = Act | "facts" | "scope";

/** One incident: its clock, what is known, what was affected, who is told, and what was done. */
export function IncidentDetail({ id }: { id: number }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const { data, error, refetch } = useQuery(incidentQuery(id));
  const [doing, setDoing] = useState<Doing>();
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (data === undefined) return <DetailSkeleton />;
  const done = () => setDoing(undefined);
  const form = { of: data, onDone: done, onCancel: done };
  if (doing === "facts") return <FactsForm {...form} />;
  if (doing === "scope") return <ScopeForm {...form} />;
  if (doing) return <ActForm act={doing} {...form} />;
  const timeZone = me.organisation.time_zone;
  return (
    <>
      <h2 className={drawer.title}>{data.title ?? `Incident ${data.id}`}</h2>
      <p className={drawer.where}>
        Incident {data.id}
        {data.opened_by && `, opened by ${data.opened_by}`}. {data.words_left_out}
        {data.words_left_out && me.links.admin && (
          <>
            {" "}
            <a href={data.record}>All words</a>
          </>
        )}
      </p>
      <Authority of={data} timeZone={timeZone} onAct={setDoing} />
      <Known of={data} onAct={setDoing} />
      <Scope of={data} timeZone={timeZone} onAct={setDoing} />
      <Notices of={data} />
      <People of={data} timeZone={timeZone} onAct={setDoing} />
      <Reminders of={data.reminders} timeZone={timeZone} />
      <Closing of={data} timeZone={timeZone} onAct={setDoing} />
      <DetailSection title="Timeline">
        <ol className={classes.timeline}>
          {data.timeline.map((one) => (
            <li key={`${one.at} ${one.says}`}>
              <time>
                {dateTime(one.at, timeZone)}, {one.by ?? "the appliance"}
              </time>
              {one.says}
              {one.changed.length > 0 && ` (${one.changed.join(", ")})`}
            </li>
          ))}
        </ol>
      </DetailSection>
    </>
  );
}

type Part = { of: Detail; timeZone: string; onAct: (act: Doing) => void };

function Acts({ of, acts, onAct }: Omit<Part, "timeZone"> & { acts: [Doing, string][] }) {
  if (!of.may_handle) return null;
  return (
    <div className={classes.acts}>
      {acts.map(([act, name]) => (
        <Button key={act} size="compact-xs" variant="default" onClick={() => onAct(act)}>
          {name}
        </Button>
      ))}
    </div>
  );
}

function Facts({ rows }: { rows: [string, string | null][] }) {
  return (
    <dl className={drawer.list}>
      {rows.map(([name, says]) => (
        <div key={name} style={{ display: "contents" }}>
          <dt>{name}</dt>
          <dd>{says ?? "not known yet"}</dd>
        </div>
      ))}
    </dl>
  );
}

function Authority({ of, timeZone, onAct }: Part) {
  const rows: [string, string | null][] = [
    ["Detected", dateTime(of.detected_at, timeZone)],
    ["72 hours end", dateTime(of.due_at, timeZone)],
  ];
  if (of.notified_at) rows.push(["Notice left", dateTime(of.notified_at, timeZone)]);
  if (of.delay_reason) rows.push(["Why so late", of.delay_reason]);
  if (of.not_notified_at) rows.push(["Decided", dateTime(of.not_notified_at, timeZone)]);
  if (of.not_notified_reason) rows.push(["Why not told", of.not_notified_reason]);
  return (
    <DetailSection title="Clock">
      <Clock of={of} />
      <Facts rows={rows} />
      <Acts
        of={of}
        onAct={onAct}
        acts={[
          ["authority", of.notified_at ? "Correct the notice …" : "The notice left …"],
          ...(of.notified_at
            ? []
            : ([["not-to-notify", "It need not be told …"]] as [Doing, string][])),
        ]}
      />
    </DetailSection>
  );
}

function Known({ of, onAct }: Omit<Part, "timeZone">) {
  const natures = (["confidentiality", "integrity", "availability"] as const).filter(
    (name) => of[name],
  );
  const personal = of.personal_data === null ? null : of.personal_data ? "yes" : "no";
  const rows: [string, string | null][] = [
    ["Breached", natures.join(", ") || null],
    ["Personal data", personal],
  ];
  if (!of.words_left_out)
    rows.push(
      ["Causes", of.causes],
      ["Consequences", of.consequences],
      ["Measures", of.measures],
      ["Contact", of.contact],
    );
  return (
    <DetailSection title="What is known">
      {of.what_happened && <p className={classes.text}>{of.what_happened}</p>}
      <Facts rows={rows} />
      <Acts of={of} onAct={onAct} acts={[["facts", "Change …"]]} />
    </DetailSection>
  );
}

function Scope({ of, timeZone, onAct }: Part) {
  const again = useIncidentChange(
    () => recount(of.id),
    () => undefined,
  );
  return (
    <DetailSection title="What was affected">
      {of.affected ? (
        <AffectedView of={of.affected} timeZone={timeZone} />
      ) : (
        <p className={drawer.soft}>Nothing was counted yet: say what was exposed.</p>
      )}
      {again.error && (
        <p role="alert" className={classes.text}>
          {failureOf(again.error).message}
        </p>
      )}
      <Acts of={of} onAct={onAct} acts={[["scope", "Say what was exposed …"]]} />
      {of.may_handle && of.affected && (
        <div className={classes.acts}>
          <Button
            size="compact-xs"
            variant="default"
            loading={again.isPending}
            onClick={() => again.mutate(undefined)}
          >
            Count again
          </Button>
        </div>
      )}
    </DetailSection>
  );
}

function Notices({ of }: { of: Detail }) {
  return (
    <DetailSection title="Notices">
      <p className={drawer.soft}>
        Drafts from what is known now. What is not known yet is said to be so.
      </p>
      <div className={classes.acts}>
        {(["authority", "people"] as const).flatMap((key) =>
          (["pdf", "md"] as const).map((form) => (
            <Button
              key={`${key} ${form}`}
              component="a"
              size="compact-xs"
              variant="default"
              href={noticeAddress(of.id, key, form)}
              download
            >
              {key === "authority" ? "To the authority" : "To people"},{" "}
              {form === "pdf" ? "PDF" : "Markdown"}
            </Button>
          )),
        )}
      </div>
    </DetailSection>
  );
}

function People({ of, timeZone, onAct }: Part) {
  const rows: [string, string | null][] = [
    ["To be told", of.tell_people === null ? "not decided yet" : of.tell_people ? "yes" : "no"],
  ];
  if (of.people_decided_at) rows.push(["Decided", dateTime(of.people_decided_at, timeZone)]);
  if (of.people_reason) rows.push(["Why", of.people_reason]);
  if (of.people_told_at) rows.push(["Told", dateTime(of.people_told_at, timeZone)]);
  const acts: [Doing, string][] = [["tell", "People are told …"]];
  if (!of.people_told_at) acts.push(["not-to-tell", "They need not be told …"]);
  if (of.tell_people) acts.push(["people-told", "They were told …"]);
  return (
    <DetailSection title="People concerned">
      <Facts rows={rows} />
      <Acts of={of} onAct={onAct} acts={acts} />
    </DetailSection>
  );
}

const STATES: Record<Reminder["state"], string> = {
  waiting: "waits to be sent",
  failing: "not sent, tried again at",
  sending: "is being sent since",
  unknown: "not known whether it was sent, at",
  sent: "sent",
  passed: "not sent: a later one took its place",
};

function Reminders({ of, timeZone }: { of: Reminder[]; timeZone: string }) {
  return (
    <DetailSection title="Reminders">
      {of.length === 0 ? (
        <p className={drawer.soft}>
          Owners and administrators are reminded by mail after 24, 48 and 66 hours.
        </p>
      ) : (
        <ol className={classes.timeline}>
          {of.map((one) => (
            <li key={`${one.hours} ${one.to}`}>
              After {one.hours} hours to {one.to}: {STATES[one.state]}{" "}
              {one.at && one.state !== "passed" && dateTime(one.at, timeZone)}
              {one.error && `. ${one.error}`}
            </li>
          ))}
        </ol>
      )}
    </DetailSection>
  );
}

function Closing({ of, timeZone, onAct }: Part) {
  if (of.closed_at === null)
    return (
      <DetailSection title="Closing">
        {of.missing.length > 0 ? (
          <ul className={classes.timeline}>
            {of.missing.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        ) : (
          <Acts of={of} onAct={onAct} acts={[["close", "Close …"]]} />
        )}
      </DetailSection>
    );
  const rows: [string, string | null][] = [
    ["Closed", dateTime(of.closed_at, timeZone)],
    ["By", of.closed_by],
  ];
  if (!of.words_left_out) rows.push(["Root cause", of.root_cause], ["Learnt", of.lessons]);
  return (
    <DetailSection title="Closing">
      <Facts rows={rows} />
      <div className={classes.acts}>
        <Button
          component="a"
          size="compact-xs"
          variant="default"
          href={reportAddress(of.id, "pdf")}
          download
        >
          Closing report, PDF
        </Button>
        {of.is_signed ? (
          <Button
            component="a"
            size="compact-xs"
            variant="default"
            href={reportAddress(of.id, "json")}
            download
          >
            Signed report, JSON
          </Button>
        ) : (
          <p className={drawer.soft}>It is being signed, which takes a few seconds.</p>
        )}
      </div>
    </DetailSection>
  );
}
