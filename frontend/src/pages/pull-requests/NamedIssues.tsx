import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "../../api/client";
import { DetailSection } from "../../ui/DetailDrawer";
import drawer from "../../ui/DetailDrawer.module.css";
import { Failure } from "../../ui/Message";
import { count } from "../../ui/numbers";
import { failureOf } from "../failure";
import { PLACES } from "../issues/names";
import type { NamedIssue, NamedIssues as Told } from "../issues/types";
import classes from "./NamedIssues.module.css";

const keyOf = (id: number) => ["pull-request", id, "issues"];

/** The issues that a pull request is about, with what says so; administrators may say otherwise. */
export function NamedIssues({ id }: { id: number }) {
  const client = useQueryClient();
  const path = { pull_request_id: id };
  const { data, error, refetch } = useQuery({
    queryKey: keyOf(id),
    queryFn: () =>
      answer(api.GET("/api/v1/pull-requests/{pull_request_id}/issues", { params: { path } })),
  });
  const change = useMutation({
    mutationFn: (ask: () => Promise<Told>) => ask(),
    onSuccess: (told) => client.setQueryData(keyOf(id), told),
  });
  const say = (key: string, verdict: "added" | "rejected", options?: { onSuccess: () => void }) =>
    change.mutate(
      () =>
        answer(
          api.POST("/api/v1/pull-requests/{pull_request_id}/issues", {
            params: { path },
            body: { key, verdict },
          }),
        ),
      options,
    );
  const takeBack = (issue: number) =>
    change.mutate(() =>
      answer(
        api.DELETE("/api/v1/pull-requests/{pull_request_id}/issues/{issue_id}", {
          params: { path: { ...path, issue_id: issue } },
        }),
      ),
    );
  if (error)
    return (
      <DetailSection title="Issues">
        <Failure {...failureOf(error)} onRetry={() => void refetch()} />
      </DetailSection>
    );
  if (data === undefined || (data.items.length === 0 && !data.may_correct)) return null;
  return (
    <DetailSection title="Issues" count={count(data.items.filter((one) => one.holds).length)}>
      <ul className={classes.list}>
        {data.items.map((one) => (
          <li key={one.id} data-holds={one.holds || undefined}>
            <span>
              <a href={one.url} target="_blank" rel="noreferrer">
                {one.key}
              </a>{" "}
              {one.summary}
              <span className={drawer.soft}>{why(one)}</span>
            </span>
            {data.may_correct && (
              <Button
                size="compact-xs"
                variant="default"
                disabled={change.isPending}
                onClick={() => (one.verdict === null ? say(one.key, "rejected") : takeBack(one.id))}
              >
                {one.verdict === null ? `Not ${one.key}` : "Take back"}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {change.error && (
        <Failure
          {...failureOf(change.error)}
          onRetry={() => change.variables && change.mutate(change.variables)}
        />
      )}
      {data.may_correct && (
        <AddIssue
          busy={change.isPending}
          onAdd={(key, done) => say(key, "added", { onSuccess: done })}
        />
      )}
    </DetailSection>
  );
}

interface Adding {
  busy: boolean;
  onAdd: (key: string, done: () => void) => void;
}

function AddIssue({ busy, onAdd }: Adding) {
  const [key, setKey] = useState("");
  return (
    <form
      className={classes.add}
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim()) onAdd(key.trim(), () => setKey(""));
      }}
    >
      <TextInput
        size="xs"
        aria-label="Key of an issue that it is about"
        placeholder="Key of an issue"
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
      />
      <Button type="submit" size="xs" variant="default" disabled={busy || !key.trim()}>
        Add
      </Button>
    </form>
  );
}

function why({ verdict, found_in: places, is_ambiguous }: NamedIssue): string {
  if (verdict === "rejected") return "An administrator says that it is not about this issue.";
  if (verdict === "added") return "An administrator says so.";
  if (is_ambiguous) return "Issues of two Jiras have this key: it names neither.";
  return `The key stands in ${places.map((place) => PLACES[place]).join(", ")}.`;
}
