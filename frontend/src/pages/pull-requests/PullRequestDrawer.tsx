import { Button, Drawer, Skeleton, Stack } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { pullRequestQuery } from "../../api/queries";
import type { PullRequestDetail } from "../../api/types";
import { STAGES } from "../../charts/palette";
import { dateTime, zoneName } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { Failure } from "../../ui/Message";
import { count, counted } from "../../ui/numbers";
import { failureOf } from "../failure";
import { eventName } from "./eventNames";
import classes from "./PullRequestDrawer.module.css";
import { StageBar } from "./StageBar";

/** One pull request: how its time divides, and the events that say so. */
export function PullRequestDrawer({
  id,
  timeZone,
  onClose,
}: {
  id: number | undefined;
  timeZone: string;
  onClose: () => void;
}) {
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size={560}
      title="Pull request"
      closeButtonProps={{ "aria-label": "Close", size: 28 }}
      transitionProps={{ duration: 120 }}
      classNames={{ title: classes.drawerTitle, body: classes.body }}
    >
      {id !== undefined && <Timeline id={id} timeZone={timeZone} />}
    </Drawer>
  );
}

function Timeline({ id, timeZone }: { id: number; timeZone: string }) {
  const { data, error, refetch } = useQuery(pullRequestQuery(id));
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (data === undefined) {
    return (
      <Stack>
        <Skeleton height={28} />
        <Skeleton height={120} />
        <Skeleton height={240} />
      </Stack>
    );
  }
  return (
    <>
      <h2 className={classes.title}>{data.title}</h2>
      <p className={classes.where}>
        {data.repository} #{data.number}, by {data.author ?? "a deleted account"}
      </p>
      <Facts of={data} />
      <Stages of={data} timeZone={timeZone} />
      <Events of={data} timeZone={timeZone} />
      <p className={classes.foot}>
        Times in {zoneName(timeZone)}. Durations are elapsed time. Formulas: pull request version{" "}
        {data.versions.pull_request}, generated files version {data.versions.generated_files}.
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
    <div className={classes.facts}>
      <div>
        <p className={classes.total}>
          {of.cycle_seconds === null ? stateName(of) : duration(of.cycle_seconds)}
        </p>
        <p className={classes.soft}>
          {of.cycle_seconds !== null && "cycle time, "}
          {size}, {counted(of.review_count, "review")}
        </p>
      </div>
      <Button
        component="a"
        href={of.url}
        target="_blank"
        rel="noreferrer"
        variant="default"
        size="xs"
        rightSection={<IconExternalLink size={14} stroke={1.6} aria-hidden />}
      >
        Open in GitHub
      </Button>
    </div>
  );
}

function stateName(of: PullRequestDetail): string {
  return of.state === "closed" ? "Closed without merge" : "Still open";
}

function Stages({ of, timeZone }: { of: PullRequestDetail; timeZone: string }) {
  if (of.stages.length === 0) return null;
  return (
    <section className={classes.section}>
      <h3 className={classes.heading}>Stages</h3>
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
                <td className={classes.soft}>
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
    </section>
  );
}

function Events({ of, timeZone }: { of: PullRequestDetail; timeZone: string }) {
  // Two events may be equal in all they say: what tells them apart is their place.
  const events = of.events.map((event, index) => ({ ...event, place: index + 1 }));
  return (
    <section className={classes.section}>
      <h3 className={classes.heading}>
        Events <span className={classes.soft}>{count(of.events.length)}</span>
      </h3>
      <ol className={classes.events}>
        {events.map((event) => (
          <li key={event.place} data-counts={event.counts || undefined}>
            <time dateTime={event.at}>{dateTime(event.at, timeZone)}</time>
            <span>
              {eventName(event.kind)}
              {event.actor && <span className={classes.soft}> by {event.actor}</span>}
              {event.note && <span className={classes.note}>{event.note}</span>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
