import { Button } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failure } from "../../../ui/Message";
import { failureOf } from "../../failure";
import classes from "./retention.module.css";

/** What is held back, why, and the one act that changes it; null where the viewer may not. */
export function Waiting({
  act,
  by,
  children,
}: {
  act: string | null;
  by: UseMutationResult<unknown, Error, void>;
  children: ReactNode;
}) {
  return (
    <div className={classes.waiting} role="status">
      <p>{children}</p>
      {act && (
        <Button
          size="compact-xs"
          variant="default"
          loading={by.isPending}
          onClick={() => by.mutate()}
        >
          {act}
        </Button>
      )}
      {by.error && <Failure {...failureOf(by.error)} onRetry={() => by.mutate()} />}
    </div>
  );
}
