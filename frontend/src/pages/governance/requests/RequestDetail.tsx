import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { meQuery } from "../../../api/queries";
import { DetailSection, DetailSkeleton } from "../../../ui/DetailDrawer";
import drawer from "../../../ui/DetailDrawer.module.css";
import { fullDay } from "../../../ui/dates";
import { FactTable } from "../../../ui/FactTable";
import { Failure } from "../../../ui/Message";
import { count } from "../../../ui/numbers";
import { failureOf } from "../../failure";
import { ARTICLES, dayIn, ERASURES, KINDS, lastDay, MODES, STATES } from "../../your-data/names";
import { Told } from "../../your-data/Told";
import { Acts } from "./Acts";
import { Clock } from "./Clock";
import { type Detail, letterCopyAddress, requestQuery } from "./queries";
import classes from "./requests.module.css";

/** One request: who asks, how it came to stand as it does, and what can be done. */
export function RequestDetail({ id }: { id: number }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const { data, error, refetch } = useQuery(requestQuery(id));
  const [told, setTold] = useState("");
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (data === undefined) return <DetailSkeleton />;
  const timeZone = me.organisation.time_zone;
  return (
    <>
      <h2 className={drawer.title}>
        {KINDS[data.kind]}: {data.who}
      </h2>
      <p className={drawer.where}>
        {ARTICLES[data.kind]}. {identityText(data)}
        {data.words_left_out && ` ${data.words_left_out}`}
        {me.pseudonyms && me.links.admin && (
          <>
            {" "}
            <a href={data.record}>Who this is</a>
          </>
        )}
      </p>
      <p className={classes.left}>
        <Clock of={data} />
      </p>
      <Acts of={data} onDone={setTold} />
      <Told text={told} />
      {data.may_download && (
        <div className={classes.acts}>
          <Button
            component="a"
            href={letterCopyAddress(data.id)}
            download
            size="xs"
            leftSection={<IconDownload size={14} stroke={1.6} aria-hidden />}
          >
            Download the copy
          </Button>
        </div>
      )}
      {(data.text || data.mode) && (
        <DetailSection title="In their words">
          {data.mode && <p className={classes.text}>Wished: {MODES[data.mode].name}</p>}
          {data.text && <p className={classes.text}>{data.text}</p>}
        </DetailSection>
      )}
      <DetailSection title="What happened">
        <Timeline of={data} timeZone={timeZone} />
        {data.erasure && (
          <p className={drawer.foot}>
            {ERASURES[data.erasure]} <Link to="/governance/erasures">See the erasures</Link>
          </p>
        )}
      </DetailSection>
      <DetailSection
        title="What is held about them"
        count={count(data.categories.reduce((sum, { rows }) => sum + rows, 0))}
      >
        {data.known ? (
          <>
            <FactTable
              caption="What is held about them, by number of rows"
              rows={data.categories}
              rowKey={(row) => row.key}
              columns={[
                { name: "What", cell: (row) => row.name },
                { name: "Rows", numeric: true, cell: (row) => count(row.rows) },
              ]}
            />
            <p className={drawer.foot}>
              The copy holds this much, as of the moment it is downloaded. What is in it is for
              whoever asked.
            </p>
          </>
        ) : (
          <p className={drawer.soft}>The request is linked to nobody who is known here.</p>
        )}
      </DetailSection>
    </>
  );
}

function identityText(of: Detail): string {
  if (!of.by_letter) return "Asked while signed in, so it is known who asks.";
  return of.identity_checked
    ? `By letter. Who asks was made sure of: ${of.identity_checked}`
    : "By letter.";
}

type Step = { when: string; what: string };

function Timeline({ of, timeZone }: { of: Detail; timeZone: string }) {
  return (
    <ol className={classes.timeline}>
      {stepsOf(of, timeZone).map(({ when, what }) => (
        <li key={what}>
          <time>{when}</time>
          <span>{what}</span>
        </li>
      ))}
    </ol>
  );
}

function stepsOf(of: Detail, timeZone: string): Step[] {
  const day = (instant: string) => dayIn(instant, timeZone);
  const steps: Step[] = [{ when: fullDay(of.asked_on), what: "Received" }];
  if (of.extended_at)
    steps.push({ when: day(of.extended_at), what: worded("Extended", of.extension_reason) });
  if (of.ended_at) {
    const by = of.handled_by && of.state !== "withdrawn" ? ` by ${of.handled_by}` : "";
    const what = worded(`${STATES[of.state]}${by}`, of.outcome_text);
    steps.push({ when: day(of.ended_at), what });
  } else steps.push({ when: fullDay(of.due_on), what: "Has to be answered by this day" });
  if (of.downloaded_at)
    steps.push({ when: day(of.downloaded_at), what: "Copy downloaded, most lately" });
  if (of.available_until)
    steps.push({ when: lastDay(of.available_until, timeZone), what: "Last day of the download" });
  return steps.map((step) => ({
    ...step,
    what: step.what.charAt(0).toUpperCase() + step.what.slice(1),
  }));
}

function worded(what: string, words: string | null): string {
  return words ? `${what}: ${words}` : what;
}
