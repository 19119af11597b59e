import { useQuery } from "@tanstack/react-query";
import type { Completeness } from "../../api/types";
import { EmptyRange as Empty, lookBack } from "../filters/EmptyRange";
import { groupsQuery } from "./queries";
import type { RunQuery } from "./types";
import type { ChangeTests } from "./useTestsSearch";

/** Nothing ran in the range: offers the nearest range before today in which something did. */
export function EmptyRange({
  query,
  completeness,
  today,
  timeZone,
  onChange,
}: {
  query: RunQuery;
  completeness: Completeness;
  today: string;
  timeZone: string;
  onChange: ChangeTests;
}) {
  const wide = { ...query, ...lookBack(query, today) };
  const latest = useQuery(
    groupsQuery("workflow", { ...wide, search: "", sort: "-last", page: 1, page_size: 1 }),
  );
  return (
    <Empty
      title="Nothing ran"
      latest={latest.isPending ? undefined : (latest.data?.items[0]?.last_finished_at ?? null)}
      say={(day) => `The latest run like these was on ${day}.`}
      nothing="Choose another team, all workflows, or include bots."
      scope={query}
      completeness={completeness}
      timeZone={timeZone}
      onChange={onChange}
    />
  );
}
