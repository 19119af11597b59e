import { useQuery } from "@tanstack/react-query";
import { pageQuery } from "../../api/queries";
import type { Completeness, Filters } from "../../api/types";
import { EmptyRange as Empty, lookBack } from "../filters/EmptyRange";
import type { ChangeSearch } from "./useSearchState";

/** Nothing was merged in the range: offers the nearest range before today in which something was. */
export function EmptyRange({
  filters,
  completeness,
  today,
  timeZone,
  onChange,
}: {
  filters: Filters;
  completeness: Completeness;
  today: string;
  timeZone: string;
  onChange: ChangeSearch;
}) {
  const wide = { ...filters, ...lookBack(filters, today) };
  const latest = useQuery(
    pageQuery({ ...wide, state: "merged", search: "", sort: "-merged_at", page: 1, page_size: 1 }),
  );
  return (
    <Empty
      title="Nothing was merged"
      latest={latest.isPending ? undefined : (latest.data?.items[0]?.merged_at ?? null)}
      say={(day) => `The latest merge of this team was on ${day}.`}
      nothing="Choose another team, or include bots."
      scope={filters}
      completeness={completeness}
      timeZone={timeZone}
      onChange={onChange}
    />
  );
}
