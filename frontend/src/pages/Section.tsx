import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failure } from "../ui/Message";
import { failureOf } from "./failure";
import classes from "./Section.module.css";

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
    <section className={classes.section} aria-label={title}>
      <header className={classes.head}>
        <div>
          <h2 className={classes.title}>{title}</h2>
          <p className={classes.about} aria-live="polite">
            {data !== undefined && !error && about(data)}
          </p>
        </div>
        {tools}
      </header>
      {error ? (
        <Failure {...failureOf(error)} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton height={240} radius="sm" />
      ) : (
        <div aria-busy={isPlaceholderData}>{children(data)}</div>
      )}
    </section>
  );
}
