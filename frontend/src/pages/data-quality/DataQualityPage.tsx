import { Skeleton } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { meQuery, qualityQuery, statusQuery } from "../../api/queries";
import type { Me, Quality } from "../../api/types";
import { dateTime, zoneName } from "../../ui/dates";
import { Failure } from "../../ui/Message";
import frame from "../../ui/Page.module.css";
import { TableSkeleton } from "../../ui/TableSkeleton";
import { CollectionNotice, NothingCollected } from "../CollectionState";
import { failureOf } from "../failure";
import { Connections } from "./Connections";
import classes from "./DataQualityPage.module.css";
import { NotCounted } from "./NotCounted";
import { ParkedWork } from "./ParkedWork";
import { Projects } from "./Projects";
import { Repositories } from "./Repositories";
import { filtersOf } from "./search";
import { Totals } from "./Totals";
import { useQualitySearch } from "./useQualitySearch";

export default function DataQualityPage() {
  const { data: me } = useSuspenseQuery(meQuery);
  const { data: status } = useQuery(statusQuery);
  const [search, change] = useQualitySearch();
  const { data, error, isPlaceholderData, refetch } = useQuery(qualityQuery(filtersOf(search)));
  const timeZone = me.organisation.time_zone;
  if (status?.state === "not_connected") {
    return <NothingCollected status={status} me={me} wholePage />;
  }
  return (
    <div className={frame.page}>
      <header className={frame.head}>
        <h1 className={frame.title}>Data quality</h1>
        {data && <p className={frame.scope}>{summary(data, timeZone)}</p>}
      </header>
      {error ? (
        <Failure {...failureOf(error)} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Waiting />
      ) : (
        <div className={frame.content} aria-busy={isPlaceholderData}>
          {status && status.state !== "ready" && (
            <CollectionNotice status={status} timeZone={timeZone} />
          )}
          <Totals totals={data.kinds} timeZone={timeZone} />
          {data.sees_all ? (
            <Named quality={data} me={me} search={search} onChange={change} />
          ) : (
            <p className={classes.sums}>
              These are the sums over all repositories and projects. Connections, what each holds
              and what could not be fetched are shown to those who see all teams.
            </p>
          )}
        </div>
      )}
    </div>
  );
}

function Named({
  quality,
  me,
  search,
  onChange,
}: {
  quality: Quality;
  me: Me;
  search: ReturnType<typeof useQualitySearch>[0];
  onChange: ReturnType<typeof useQualitySearch>[1];
}) {
  const timeZone = me.organisation.time_zone;
  return (
    <>
      <Connections connections={quality.connections} timeZone={timeZone} />
      <ParkedWork quality={quality} timeZone={timeZone} />
      <Repositories quality={quality} search={search} timeZone={timeZone} onChange={onChange} />
      <Projects quality={quality} timeZone={timeZone} onChange={onChange} />
      <NotCounted quality={quality} me={me} />
    </>
  );
}

/** The page in one sentence. */
function summary({ complete, fresh_to, kinds }: Quality, timeZone: string): string {
  const [first] = kinds;
  const issuesAlone = first?.kind === "issues";
  const freshTo = issuesAlone ? first.complete_to : fresh_to;
  const [every, change] = issuesAlone ? ["issue", "an issue"] : ["pull request", "a pull request"];
  const fresh =
    freshTo === null
      ? `Not every ${every} is here yet.`
      : `Every change of ${change} before ${dateTime(freshTo, timeZone)} (${zoneName(timeZone)}) is stored.`;
  return complete ? `All kinds are complete. ${fresh}` : fresh;
}

function Waiting() {
  return (
    <div className={frame.content} role="status" aria-label="Loading">
      <Skeleton height={220} radius="md" />
      <TableSkeleton rows={8} />
    </div>
  );
}
