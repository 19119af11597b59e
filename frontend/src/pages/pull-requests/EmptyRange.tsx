import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { pageQuery } from "../../api/queries";
import type { Filters } from "../../api/types";
import { addDays, dayOf, dayRange, daysBetween, fullDay } from "../../ui/dates";
import { Message } from "../../ui/Message";
import type { ChangeSearch } from "./useSearchState";

const LOOK_BACK_DAYS = 1095;

/** Nothing was merged in the range: offers the nearest range before today in which something was. */
export function EmptyRange({
  filters,
  today,
  timeZone,
  onChange,
}: {
  filters: Filters;
  today: string;
  timeZone: string;
  onChange: ChangeSearch;
}) {
  const wide = { ...filters, from: addDays(today, -LOOK_BACK_DAYS + 1), to: addDays(today, 1) };
  const latest = useQuery(
    pageQuery({ ...wide, state: "merged", search: "", sort: "-merged_at", page: 1, page_size: 1 }),
  );
  const mergedAt = latest.data?.items[0]?.merged_at;
  const range = dayRange(filters.from, filters.to);
  if (!mergedAt) {
    return (
      <Message title={`Nothing was merged: ${range}`}>
        <p>
          {latest.isPending
            ? "Looking for the nearest range with something in it …"
            : "Nor was anything in the three years until today. Choose another team, or include bots."}
        </p>
      </Message>
    );
  }
  const last = dayOf(mergedAt, timeZone);
  const to = addDays(last, 1);
  const from = addDays(to, -daysBetween(filters.from, filters.to));
  return (
    <Message
      title={`Nothing was merged: ${range}`}
      step={
        <Button onClick={() => onChange({ from, to, days: undefined, page: undefined })}>
          Show {dayRange(from, to)}
        </Button>
      }
    >
      <p>The latest merge of this team was on {fullDay(last)}.</p>
    </Message>
  );
}
