import { useQuery } from "@tanstack/react-query";
import { CsvButton } from "../../ui/CsvButton";
import { type DataColumn, DataTable, RowName } from "../../ui/DataTable";
import { dayOf, fullDay } from "../../ui/dates";
import { Explain } from "../../ui/Explain";
import { Failure } from "../../ui/Message";
import { count, counted } from "../../ui/numbers";
import { NoRows, TableSection } from "../../ui/TableSection";
import { TableSkeleton } from "../../ui/TableSkeleton";
import { failureOf } from "../failure";
import type { Explainer } from "../filters/explanations";
import { sprintsQuery } from "./queries";
import type { IssueFilters, SprintAmount, SprintRow } from "./types";

/** The latest sprints of the range: what each took on, and what became of it. */
export function SprintTable({
  filters,
  explain,
  timeZone,
  onOpen,
}: {
  filters: IssueFilters;
  explain: Explainer;
  timeZone: string;
  onOpen: (sprint: number) => void;
}) {
  const { data, error, isPlaceholderData, refetch } = useQuery(sprintsQuery(filters));
  const sprints = counted(data?.items.length ?? 0, "sprint");
  const explanation = explain("sprints", sprints);
  return (
    <TableSection
      title="Sprints"
      count={
        <>
          {data ? sprints : "Counting …"} {explanation && <Explain of={explanation} />}
        </>
      }
      tools={<CsvButton address="/api/v1/sprints.csv" asked={filters} />}
    >
      {error ? (
        <Failure {...failureOf(error)} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <TableSkeleton rows={4} />
      ) : data.items.length === 0 ? (
        <NoRows>No sprint went on in this range.</NoRows>
      ) : (
        <DataTable
          label="Sprints of this range"
          columns={columnsOf(timeZone, onOpen)}
          rows={data.items}
          rowKey={(row) => row.id}
          stale={isPlaceholderData}
          onOpen={(row) => onOpen(row.id)}
        />
      )}
    </TableSection>
  );
}

function columnsOf(timeZone: string, onOpen: (id: number) => void): DataColumn<SprintRow>[] {
  const day = (moment: string | null) => (moment === null ? "–" : fullDay(dayOf(moment, timeZone)));
  const column = (
    name: string,
    of: (row: SprintRow) => SprintAmount | null,
    narrow = false,
  ): DataColumn<SprintRow> => ({
    name,
    numeric: true,
    narrow,
    cell: (row) => <Told of={of(row)} row={row} />,
  });
  return [
    {
      name: "Sprint",
      narrow: true,
      cell: (row) => (
        <RowName
          name={row.name}
          where={row.board ?? "on no board that is known"}
          onOpen={() => onOpen(row.id)}
        />
      ),
    },
    { name: "Started", cell: (row) => day(row.starts_at) },
    {
      name: "Completed",
      cell: (row) => (row.state === "active" ? "under way" : day(row.completed_at)),
    },
    column("Committed", (row) => row.committed, true),
    column("Added", (row) => row.added),
    column("Removed", (row) => row.removed),
    column("Completed issues", (row) => row.completed, true),
    column("Carried over", (row) => row.carried_over),
  ];
}

/** Issues, and their points where they are estimated. */
function Told({ of, row }: { of: SprintAmount | null; row: SprintRow }) {
  if (of === null) {
    return <span title={row.reason ?? undefined}>{row.suppressed ? "hidden" : "–"}</span>;
  }
  return (
    <>
      {count(of.issues)}
      {of.points !== null && ` (${counted(of.points, "point")})`}
    </>
  );
}
