import { useQuery } from "@tanstack/react-query";
import { pullRequestQuery } from "../../api/queries";
import type { PullRequestDetail } from "../../api/types";
import { STAGES } from "../../charts/palette";
import { DetailDrawer, DetailFacts, DetailSection, DetailSkeleton } from "../../ui/DetailDrawer";
import drawer from "../../ui/DetailDrawer.module.css";
import { dateTime, zoneName } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { Failure } from "../../ui/Message";
import { count, counted } from "../../ui/numbers";
import { failureOf } from "../failure";
import { eventName } from "./eventNames";
import { NamedIssues } from "./NamedIssues";
import classes from "./PullRequestDrawer.module.css";
import { StageBar } from "./StageBar";

/** One pull request: how its time divides, and the events that say so. */
export default function PullRequestDrawer({
  id,
  timeZone,
  onClose,
}: {
  id: number | undefined;
  timeZone: string;
  onClose: () => void;
}) {
  return (
    <DetailDrawer title="Pull request" width={560} onClose={onClose}>
      {id !== undefined && <Timeline id={id} timeZone={timeZone} />}
    </DetailDrawer>
  );
}

function Timeline({ id, timeZone }: { id: number; timeZone: string }) {
  const { data, error, refetch } = useQuery(pullRequestQuery(id));
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (data === undefined) return <DetailSkeleton />;
  return (
    <>
      <h2 className={drawer.title}>{data.title}</h2>
      <p className={drawer.where}>
        {data.repository} #{data.number}, by {data.author ?? "a deleted account"}
      </p>
      <Facts of={data} />
      <Stages of={data} timeZone={timeZone} />
      <NamedIssues id={id} />
      <Events of={data} timeZone={timeZone} />
      <p className={drawer.foot}>
        Times in {zoneName(timeZone)}. Durations here are always elapsed time. Formulas: pull
        request version {data.versions.pull_request}, generated files version{" "}
        {data.versions.generated_files}.
      </p>
    </>
  );
}

function Facts({ of }: { of: PullRequestDetail }) {
  const size =
    of.size_lines === null
      ? "size unknown"
      : `${counted(of.size_lines, "line")} in ${counted(of.size_files ?? 0, "file")}`;
  return (
    <DetailFacts href={of.url} link="Open in GitHub">
      <p className={drawer.total}>
        {of.cycle_seconds === null ? stateName(of) : duration(of.cycle_seconds)}
      </p>
      <p className={drawer.soft}>
        {of.cycle_seconds !== null && "cycle time, elapsed; "}
        {size}, {counted(of.review_count, "review")}
      </p>
    </DetailFacts>
  );
}

function stateName(of: PullRequestDetail): string {
  return of.state === "closed" ? "Closed without merge" : "Still open";
}

function Stages({ of, timeZone }: { of: PullRequestDetail; timeZone: string }) {
  if (of.stages.length === 0) return null;
  return (
    <DetailSection title="Stages">
      <StageBar of={of} tall />
      <table className={classes.stages}>
        <tbody>
          {STAGES.map((stage) => {
            const found = of.stages.find((candidate) => candidate.name === stage.key);
            return (
              <tr key={stage.key}>
                <th scope="row">
                  <i className={classes.swatch} style={{ background: stage.colour }} />
                  {stage.name}
                </th>
                <td className={classes.seconds}>{found ? duration(found.seconds) : "–"}</td>
                <td className={drawer.soft}>
                  {found?.reason ??
                    (found
                      ? `${dateTime(found.from, timeZone)} – ${dateTime(found.to, timeZone)}`
                      : "not reached")}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </DetailSection>
  );
}

function Events({ of, timeZone }: { of: PullRequestDetail; timeZone: string }) {
  // Two events may be equal in all they say: what tells them apart is their place.
  const events = of.events.map((event, index) => ({ ...event, place: index + 1 }));
  return (
    <DetailSection title="Events" count={count(of.events.length)}>
      <ol className={classes.events}>
        {events.map((event) => (
          <li key={event.place} data-counts={event.counts || undefined}>
            <time dateTime={event.at}>{dateTime(event.at, timeZone)}</time>
            <span>
              {eventName(event.kind)}
              {event.actor && <span className={drawer.soft}> by {event.actor}</span>}
              {event.note && <span className={classes.note}>{event.note}</span>}
            </span>
          </li>
        ))}
      </ol>
    </DetailSection>
  );
}
