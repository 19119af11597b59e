import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failure } from "../ui/Message";
import { TableSection } from "../ui/TableSection";
import { failureOf } from "./failure";

/** A part of the page that rests on one question: waiting, failed, or what was answered. */
export function Section<Data>({
  title,
  about,
  tools,
  query,
  children,
}: {
  title: string;
  about: (data: Data) => ReactNode;
  tools?: ReactNode;
  query: UseQueryResult<Data>;
  children: (data: Data) => ReactNode;
}) {
  const { data, error, isPlaceholderData, refetch } = query;
  return (
    <TableSection title={title} count={data !== undefined && !error && about(data)} tools={tools}>
      {error ? (
        <Failure {...failureOf(error)} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton height={240} radius="sm" />
      ) : (
        <div aria-busy={isPlaceholderData}>{children(data)}</div>
      )}
    </TableSection>
  );
}
