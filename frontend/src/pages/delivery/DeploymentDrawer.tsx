import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { DetailDrawer, DetailFacts, DetailSection, DetailSkeleton } from "../../ui/DetailDrawer";
import drawer from "../../ui/DetailDrawer.module.css";
import { dateTime, zoneName } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { Failure } from "../../ui/Message";
import { count, counted } from "../../ui/numbers";
import { failureOf } from "../failure";
import { carried } from "../filters/search";
import classes from "./DeploymentDrawer.module.css";
import { Fixes } from "./Fixes";
import { deploymentName, ENVIRONMENTS, SOURCES, serviceName } from "./names";
import { OutcomeMark } from "./OutcomeMark";
import { deploymentQuery } from "./queries";
import type { Change, DeploymentDetail } from "./types";

/** One deployment: what it brought, how long that took, what it fixed or what fixed it, and why it is one. */
export function DeploymentDrawer({
  id,
  timeZone,
  onOpen,
  onClose,
}: {
  id: number | undefined;
  timeZone: string;
  onOpen: (id: number) => void;
  onClose: () => void;
}) {
  return (
    <DetailDrawer title="Deployment" width={620} onClose={onClose}>
      {id !== undefined && <Told key={id} id={id} timeZone={timeZone} onOpen={onOpen} />}
    </DetailDrawer>
  );
}

function Told({
  id,
  timeZone,
  onOpen,
}: {
  id: number;
  timeZone: string;
  onOpen: (id: number) => void;
}) {
  const { data, error, refetch } = useQuery(deploymentQuery(id));
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (data === undefined) return <DetailSkeleton />;
  return (
    <>
      <h2 className={drawer.title}>
        {serviceName(data)}, {deploymentName(data)}
      </h2>
      <p className={drawer.where}>
        {ENVIRONMENTS[data.environment]}, {SOURCES[data.source]} “{data.name}”,{" "}
        <code className={classes.sha}>{data.sha.slice(0, 9)}</code>
      </p>
      <Facts of={data} timeZone={timeZone} />
      <Fixes of={data} timeZone={timeZone} onOpen={onOpen} />
      <Changes of={data} />
      <DetailSection title="Why it is a deployment">
        <p className={classes.text}>{data.why}</p>
      </DetailSection>
      <p className={drawer.foot}>
        Times in {zoneName(timeZone)}. Durations are elapsed time. Formulas: deployments version{" "}
        {data.versions.deployments}, pull request version {data.versions.pull_request}.
      </p>
    </>
  );
}

function Facts({ of, timeZone }: { of: DeploymentDetail; timeZone: string }) {
  return (
    <DetailFacts href={of.url} link="Open in GitHub">
      <p className={classes.outcome}>
        <OutcomeMark of={of} />
      </p>
      <p className={drawer.soft}>
        {of.finished_at === null
          ? `Asked for ${dateTime(of.started_at, timeZone)}, and still under way`
          : `${dateTime(of.finished_at, timeZone)}, after ${duration(
              (Date.parse(of.finished_at) - Date.parse(of.started_at)) / 1000,
            )}`}
      </p>
    </DetailFacts>
  );
}

function Changes({ of }: { of: DeploymentDetail }) {
  const notes = [
    of.contents_reason,
    of.direct_commits
      ? `${counted(of.direct_commits, "commit")} came without a pull request that is known.`
      : null,
    of.elsewhere ? `${counted(of.elsewhere, "change")} of other teams are not listed.` : null,
  ].filter((note) => note !== null);
  return (
    <DetailSection title="Changes" count={of.changes === null ? null : count(of.changes)}>
      {of.listed.length === 0 && notes.length === 0 && (
        <p className={classes.text}>{nothingNew(of)}</p>
      )}
      {notes.map((note) => (
        <p key={note} className={classes.text}>
          {note}
        </p>
      ))}
      {of.listed.length > 0 && (
        <table className={classes.changes}>
          <thead>
            <tr>
              <th scope="col">Pull request</th>
              <th scope="col">Merge to deployment</th>
              <th scope="col">Lead time</th>
            </tr>
          </thead>
          <tbody>
            {of.listed.map((change) => (
              <ChangeRow key={change.id} of={change} />
            ))}
          </tbody>
        </table>
      )}
    </DetailSection>
  );
}

function nothingNew(of: DeploymentDetail): string {
  if (of.outcome !== "succeeded") return "What did not come up has brought nothing.";
  if (of.role === "rollback") return "It went back to what was deployed before.";
  if (of.role === "baseline") {
    return "It is the first that is known of its service: what it brought is not counted.";
  }
  return "It brought nothing that was not deployed before.";
}

function ChangeRow({ of }: { of: Change }) {
  const marks = [
    of.is_cherry_pick ? "cherry-picked" : null,
    of.is_bot ? "by a bot, not counted unless asked for" : null,
  ].filter((mark) => mark !== null);
  return (
    <tr>
      <th scope="row">
        <Link to="/pull-requests" search={(before) => ({ ...carried(before), pr: of.id })}>
          {of.title}
        </Link>
        <span className={drawer.soft}>
          #{of.number}, by {of.author ?? "a deleted account"}
          {marks.length > 0 && `, ${marks.join(", ")}`}
        </span>
      </th>
      <td>{duration(of.merge_to_deploy_seconds)}</td>
      <td>
        <strong>{duration(of.lead_seconds)}</strong>
      </td>
    </tr>
  );
}
