import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { Completeness } from "../api/types";
import type { Plotted } from "../charts/ScatterChart";
import type { Column } from "../ui/FactTable";
import { Failure } from "../ui/Message";
import { count, counted } from "../ui/numbers";
import { Panel } from "../ui/Panel";
import { NoRows } from "../ui/TableSection";
import { failureOf } from "./failure";
import type { Explainer } from "./filters/explanations";
import { Incomplete } from "./Incomplete";
import type Table from "./PointTable";
import classes from "./ScatterPanel.module.css";

const RangeScatterChart = lazy(() => import("../charts/RangeScatterChart"));
/** A lazy component forgets what its rows are. */
const PointTable = lazy(() => import("./PointTable")) as unknown as typeof Table;

type Point = { id: number };
type Answer<P extends Point> = {
  points: P[];
  n: number;
  shown: number;
  sampled: boolean;
  completeness: Completeness;
};

/** Everything that came to its end in a range, at its end (across) and its duration (up). */
export function ScatterPanel<P extends Point>({
  title,
  about,
  answer: { data, error, refetch },
  one,
  explain,
  definition,
  range,
  hidden,
  plot,
  columns,
  more,
  asTable,
  onAsTable,
  onOpen,
}: {
  title: string;
  about: string;
  answer: { data: Answer<P> | undefined; error: Error | null; refetch: () => unknown };
  /** What each dot is: "merged pull request". */
  one: string;
  explain: Explainer;
  definition: string;
  range: { from: string; to: string; time_zone: string };
  /** The figures are of too few people: single ones may be seen, and nothing that sums them up. */
  hidden: boolean;
  plot: (point: P) => Plotted;
  columns: [Column<P>, ...Column<P>[]];
  /** Where all of them stand, if the table cannot hold them. */
  more: string;
  asTable: boolean;
  onAsTable: (shown: boolean) => void;
  onOpen: (id: number) => void;
}) {
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  return (
    <Panel
      title={title}
      badge={data && <Incomplete of={title} completeness={data.completeness} />}
      about={about}
      n={data ? `n = ${count(data.n)}` : ""}
      explanation={explain(definition, counted(data?.n ?? 0, one))}
      asTable={asTable}
      onAsTable={onAsTable}
      notes={
        data?.sampled
          ? [
              `A fixed sample of ${count(data.shown)} of ${count(data.n)} is drawn; the lines are of the sample.`,
            ]
          : []
      }
    >
      <div className={classes.scatter}>
        {data === undefined ? (
          <Skeleton height={340} />
        ) : data.n === 0 ? (
          <NoRows>Nothing in this range has a cycle time.</NoRows>
        ) : (
          <Suspense fallback={<Skeleton height={340} />}>
            {asTable ? (
              <PointTable
                name="longest cycle times"
                points={data.points}
                seconds={(point) => plot(point).seconds}
                columns={columns}
                more={more}
                onOpen={onOpen}
              />
            ) : (
              <RangeScatterChart
                points={data.points.map(plot)}
                range={range}
                hidden={hidden}
                onOpen={onOpen}
              />
            )}
          </Suspense>
        )}
      </div>
    </Panel>
  );
}
