import { Button, Drawer, Skeleton, Stack } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { dateTime, fullDay, zoneName } from "../../ui/dates";
import { FactTable } from "../../ui/FactTable";
import { Failure } from "../../ui/Message";
import { count, counted, percent } from "../../ui/numbers";
import { failureOf } from "../failure";
import type { Range } from "../filters/search";
import { Muting } from "./Muting";
import { testQuery } from "./queries";
import classes from "./TestDrawer.module.css";
import { testTime } from "./testTime";
import type { TestDetail } from "./types";

/** One test: how it went in the range, the commits that prove it flaky, whose it is, and muting. */
export function TestDrawer({
  id,
  range,
  timeZone,
  onClose,
}: {
  id: number | undefined;
  range: Range;
  timeZone: string;
  onClose: () => void;
}) {
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size={600}
      title="Test"
      closeButtonProps={{ "aria-label": "Close", size: 28 }}
      transitionProps={{ duration: 120 }}
      classNames={{ title: classes.drawerTitle, body: classes.body }}
    >
      {id !== undefined && <One id={id} range={range} timeZone={timeZone} />}
    </Drawer>
  );
}

function One({ id, range, timeZone }: { id: number; range: Range; timeZone: string }) {
  const { from, to } = range;
  const { data, error, refetch } = useQuery(testQuery(id, { from, to }));
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
      <h2 className={classes.title}>{data.name}</h2>
      <p className={classes.where}>
        {data.repository}, {data.suite || "no suite"}
      </p>
      <Facts of={data} />
      <Muting of={data} timeZone={timeZone} />
      <Proofs of={data} timeZone={timeZone} />
      <Days of={data} />
      <p className={classes.foot}>
        {data.note} Times in {zoneName(timeZone)}; days are UTC.
      </p>
    </>
  );
}

function Facts({ of }: { of: TestDetail }) {
  return (
    <>
      <div className={classes.facts}>
        <div>
          <p className={classes.total}>{of.flake_rate === null ? "–" : percent(of.flake_rate)}</p>
          <p className={classes.soft}>
            {of.flake_rate === null
              ? "it did not run in this range"
              : `flake rate: ${count(of.flaky_commits)} of ${counted(of.commits, "commit")} with both outcomes`}
          </p>
        </div>
        {of.file_url && (
          <Button
            component="a"
            href={of.file_url}
            target="_blank"
            rel="noreferrer"
            variant="default"
            size="xs"
            rightSection={<IconExternalLink size={14} stroke={1.6} aria-hidden />}
          >
            Open its file
          </Button>
        )}
      </div>
      <dl className={classes.list}>
        <div>
          <dt>Executions</dt>
          <dd>
            {count(of.passed)} passed, {count(of.failed)} failed, {count(of.skipped)} skipped
          </dd>
        </div>
        <div>
          <dt>Time</dt>
          <dd>
            {of.mean_seconds === null
              ? "no report told it"
              : `${testTime(of.mean_seconds)} on average, ${testTime(of.slowest_seconds)} at most`}
          </dd>
        </div>
        <div>
          <dt>Owner</dt>
          <dd>
            {of.owners.length === 0
              ? "nobody by the repository's CODEOWNERS"
              : `${of.owners.join(", ")}, by CODEOWNERS`}
          </dd>
        </div>
        <div>
          <dt>Seen</dt>
          <dd>
            {fullDay(of.first_seen_on)} – {fullDay(of.last_seen_on)}
          </dd>
        </div>
      </dl>
    </>
  );
}

function Proofs({ of, timeZone }: { of: TestDetail; timeZone: string }) {
  return (
    <section className={classes.section}>
      <h3 className={classes.heading}>
        Commits that prove it flaky <span className={classes.soft}>{count(of.flaky_commits)}</span>
      </h3>
      {of.proofs.length === 0 ? (
        <p className={classes.soft}>On no commit of this range did it pass and fail.</p>
      ) : (
        <ol className={classes.proofs}>
          {of.proofs.map((proof) => (
            <li key={proof.sha}>
              <a className={classes.sha} href={proof.url} target="_blank" rel="noreferrer">
                {proof.sha.slice(0, 10)}
              </a>
              <ol className={classes.outcomes}>
                {proof.outcomes.map((outcome, place) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two may be equal in all they say
                  <li key={place} data-outcome={outcome.outcome}>
                    <strong>{outcome.outcome}</strong>
                    <span className={classes.soft}>
                      {dateTime(outcome.at, timeZone)}
                      {outcome.job && `, ${outcome.job}`}
                      {outcome.seconds !== null && `, ${testTime(outcome.seconds)}`}
                    </span>
                    {outcome.run_url && (
                      <a href={outcome.run_url} target="_blank" rel="noreferrer">
                        its run
                      </a>
                    )}
                  </li>
                ))}
                {proof.outcomes.every(({ outcome }) => outcome === "failed") && (
                  <li data-outcome="passed">
                    <strong>passed</strong>
                    <span className={classes.soft}>before; a first pass is counted, not kept</span>
                  </li>
                )}
              </ol>
            </li>
          ))}
        </ol>
      )}
      {of.flaky_commits > of.proofs.length && (
        <p className={classes.soft}>The latest {count(of.proofs.length)} are shown.</p>
      )}
    </section>
  );
}

function Days({ of }: { of: TestDetail }) {
  if (of.days.length === 0) return null;
  return (
    <section className={classes.section}>
      <h3 className={classes.heading}>Day by day</h3>
      <FactTable
        caption={`${of.name}, day by day`}
        rows={[...of.days].reverse()}
        rowKey={({ day }) => day}
        columns={[
          { name: "Day", cell: ({ day }) => fullDay(day) },
          { name: "Passed", numeric: true, cell: ({ passed }) => count(passed) },
          { name: "Failed", numeric: true, cell: ({ failed }) => count(failed) },
          {
            name: "Flaky commits",
            numeric: true,
            cell: (day) => `${count(day.flaky_commits)} of ${count(day.commits)}`,
          },
          { name: "Mean time", numeric: true, cell: (day) => testTime(day.mean_seconds) },
        ]}
      />
    </section>
  );
}
