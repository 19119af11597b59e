import type { ReactNode } from "react";
import { Failure } from "../ui/Message";
import { counted } from "../ui/numbers";
import { Pages } from "../ui/Pages";
import { NoRows, TableSection } from "../ui/TableSection";
import { TableSkeleton } from "../ui/TableSkeleton";
import { failureOf } from "./failure";

/** A table that the server pages: its frame, and what stands in it until there are rows, or where there are none. */
export function PagedTable<Page extends { items: unknown[]; total: number }>({
  title,
  one,
  count,
  badge,
  tools,
  answer: { data, error, isPlaceholderData, refetch },
  asked,
  nothing,
  onPage,
  note,
  children,
}: {
  title: string;
  /** What a row is: "issue". */
  one: string;
  /** What is said in place of how many there are. */
  count?: ReactNode;
  badge?: ReactNode;
  tools: ReactNode;
  answer: {
    data: Page | undefined;
    error: Error | null;
    isPlaceholderData: boolean;
    refetch: () => unknown;
  };
  asked: { page?: number; page_size?: number; search?: string };
  /** In place of rows, where nothing was searched for. */
  nothing: ReactNode;
  onPage: (page: number | undefined) => void;
  /** Below the rows. */
  note?: ReactNode;
  children: (rows: Page["items"], stale: boolean) => ReactNode;
}) {
  return (
    <TableSection
      title={title}
      count={count ?? (data ? counted(data.total, one) : "Counting …")}
      badge={badge}
      tools={tools}
    >
      {error ? (
        <Failure {...failureOf(error)} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <TableSkeleton rows={8} />
      ) : data.total > 0 ? (
        children(data.items, isPlaceholderData)
      ) : asked.search ? (
        <NoRows>
          No {one} matches “{asked.search}”.
        </NoRows>
      ) : (
        nothing
      )}
      <Pages
        page={asked.page ?? 1}
        size={asked.page_size ?? 1}
        total={data?.total ?? 0}
        onPage={onPage}
      />
      {data && data.total > 0 && note}
    </TableSection>
  );
}
