import { useQuery } from "@tanstack/react-query";
import { DetailDrawer, DetailFacts, DetailSection, DetailSkeleton } from "../../ui/DetailDrawer";
import drawer from "../../ui/DetailDrawer.module.css";
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
    <DetailDrawer title="Test" width={600} onClose={onClose}>
      {id !== undefined && <One id={id} range={range} timeZone={timeZone} />}
    </DetailDrawer>
  );
}

function One({ id, range, timeZone }: { id: number; range: Range; timeZone: string }) {
  const { from, to } = range;
  const { data, error, refetch } = useQuery(testQuery(id, { from, to }));
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (data === undefined) return <DetailSkeleton />;
  return (
    <>
      <h2 className={drawer.title}>{data.name}</h2>
      <p className={drawer.where}>
        {data.repository}, {data.suite || "no suite"}
      </p>
      <Facts of={data} />
      <Muting of={data} timeZone={timeZone} />
      <Proofs of={data} timeZone={timeZone} />
      <Days of={data} />
      <p className={drawer.foot}>
        {data.note} Times in {zoneName(timeZone)}; days are UTC.
      </p>
    </>
  );
}

function Facts({ of }: { of: TestDetail }) {
  return (
    <>
      <DetailFacts href={of.file_url} link="Open its file">
        <p className={drawer.total}>{of.flake_rate === null ? "–" : percent(of.flake_rate)}</p>
        <p className={drawer.soft}>
          {of.flake_rate === null
            ? "it did not run in this range"
            : `flake rate: ${count(of.flaky_commits)} of ${counted(of.commits, "commit")} with both outcomes`}
        </p>
      </DetailFacts>
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
    <DetailSection title="Commits that prove it flaky" count={count(of.flaky_commits)}>
      {of.proofs.length === 0 ? (
        <p className={drawer.soft}>On no commit of this range did it pass and fail.</p>
      ) : (
        <ol className={classes.proofs}>
          {of.proofs.map((proof) => (
            <li key={proof.sha}>
              <a className={classes.sha} href={proof.url} target="_blank" rel="noreferrer">
                {proof.sha.slice(0, 10)}
              </a>
              <ol className={classes.outcomes}>
                {proof.outcomes.map((outcome) => (
                  <li key={outcome.key} data-outcome={outcome.outcome}>
                    <strong>{outcome.outcome}</strong>
                    <span className={drawer.soft}>
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
                    <span className={drawer.soft}>before; a first pass is counted, not kept</span>
                  </li>
                )}
              </ol>
            </li>
          ))}
        </ol>
      )}
      {of.flaky_commits > of.proofs.length && (
        <p className={drawer.soft}>The latest {count(of.proofs.length)} are shown.</p>
      )}
    </DetailSection>
  );
}

function Days({ of }: { of: TestDetail }) {
  if (of.days.length === 0) return null;
  return (
    <DetailSection title="Day by day">
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
    </DetailSection>
  );
}
