import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { DetailDrawer, DetailFacts, DetailSection, DetailSkeleton } from "../../ui/DetailDrawer";
import drawer from "../../ui/DetailDrawer.module.css";
import { dateTime, zoneName } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { FactTable } from "../../ui/FactTable";
import { Failure } from "../../ui/Message";
import { count, counted } from "../../ui/numbers";
import { failureOf } from "../failure";
import { carried } from "../filters/search";
import classes from "./IssueDrawer.module.css";
import { flagText, PLACES, STATE_NAMES } from "./names";
import { issueQuery } from "./queries";
import type { IssueDetail } from "./types";

/** One issue: where it stands, how long it was in each status, and the pull requests that are about it. */
export function IssueDrawer({
  id,
  timeZone,
  onClose,
}: {
  id: number | undefined;
  timeZone: string;
  onClose: () => void;
}) {
  return (
    <DetailDrawer title="Issue" width={620} onClose={onClose}>
      {id !== undefined && <Told key={id} id={id} timeZone={timeZone} />}
    </DetailDrawer>
  );
}

function Told({ id, timeZone }: { id: number; timeZone: string }) {
  const { data, error, refetch } = useQuery(issueQuery(id));
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (data === undefined) return <DetailSkeleton />;
  return (
    <>
      <h2 className={drawer.title}>{data.summary || data.key}</h2>
      <p className={drawer.where}>
        {data.key}, {data.issue_type}, {data.assignee ?? "assigned to nobody"}
      </p>
      <Facts of={data} timeZone={timeZone} />
      <DetailSection title="Time in each status">
        <FactTable
          caption="Time in each status"
          rows={data.spans}
          rowKey={(span) => span.from}
          columns={[
            { name: "Status", cell: (span) => span.status },
            {
              name: "Means",
              cell: (span) => (span.state === null ? "not known" : STATE_NAMES[span.state]),
            },
            { name: "From", cell: (span) => dateTime(span.from, timeZone) },
            {
              name: "Time",
              numeric: true,
              cell: (span) => `${duration(span.seconds)}${span.to === null ? " so far" : ""}`,
            },
          ]}
        />
      </DetailSection>
      {data.estimates.length > 0 && (
        <DetailSection title="Changes of the estimate">
          <FactTable
            caption="Changes of the estimate"
            rows={data.estimates}
            rowKey={(change) => `${change.at} ${change.before} ${change.after}`}
            columns={[
              { name: "At", cell: (change) => dateTime(change.at, timeZone) },
              { name: "From", numeric: true, cell: (change) => points(change.before) },
              { name: "To", numeric: true, cell: (change) => points(change.after) },
            ]}
          />
        </DetailSection>
      )}
      <PullRequests of={data} />
      {data.sprints.length > 0 && (
        <DetailSection title="Sprints">
          <p className={classes.text}>{data.sprints.join(", ")}</p>
        </DetailSection>
      )}
      <p className={drawer.foot}>
        Times in {zoneName(timeZone)}. Durations are elapsed time; the cycle time is all the time in
        progress.
      </p>
    </>
  );
}

function points(estimate: number | null): string {
  return estimate === null ? "none" : counted(estimate, "point");
}

function Facts({ of, timeZone }: { of: IssueDetail; timeZone: string }) {
  return (
    <DetailFacts href={of.url} link="Open in Jira">
      <p className={drawer.total}>{headline(of)}</p>
      <p className={drawer.soft}>
        {of.done_at !== null
          ? `Done ${dateTime(of.done_at, timeZone)}`
          : `${of.status} since ${dateTime(of.state_since, timeZone)}`}
        {of.reopened > 0 &&
          `, re-opened ${of.reopened === 1 ? "once" : `${count(of.reopened)} times`}`}
        {of.estimate !== null && `, ${counted(of.estimate, "point")}`}
      </p>
      {of.flags.map((flag) => (
        <p key={flag} className={drawer.soft}>
          {flagText(flag)}
        </p>
      ))}
    </DetailFacts>
  );
}

function headline(of: IssueDetail): string {
  if (of.active_seconds !== null) return `${duration(of.active_seconds)} in progress`;
  if (of.direct_to_done) return "Done without ever being begun";
  return of.state === null ? "In a status that nobody knows" : STATE_NAMES[of.state];
}

function PullRequests({ of }: { of: IssueDetail }) {
  return (
    <DetailSection title="Pull requests" count={count(of.pull_requests.length)}>
      {of.pull_requests.length === 0 && (
        <p className={drawer.soft}>None that you may see names its key.</p>
      )}
      <ul className={classes.list}>
        {of.pull_requests.map((one) => (
          <li key={one.id}>
            <Link to="/pull-requests" search={(before) => ({ ...carried(before), pr: one.id })}>
              {one.title}
            </Link>
            <span className={drawer.soft}>
              {one.repository} #{one.number}, {one.state}
              {one.found_in.length > 0 &&
                `; the key stands in ${one.found_in.map((place) => PLACES[place]).join(", ")}`}
            </span>
          </li>
        ))}
      </ul>
    </DetailSection>
  );
}
