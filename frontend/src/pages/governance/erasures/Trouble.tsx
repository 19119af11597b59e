import { Anchor } from "@mantine/core";
import { ApiError } from "../../../api/client";
import { Failure } from "../../../ui/Message";
import { failureOf } from "../../failure";
import classes from "./erasures.module.css";

/** Why it was not done. Where it is too long ago that somebody has shown who they are, the way to do so. */
export function Trouble({ error, onRetry }: { error: Error; onRetry: () => void }) {
  if (error instanceof ApiError && error.code === "confirm_yourself") {
    const back = window.location.pathname + window.location.search;
    return (
      <p role="alert" className={classes.notice}>
        {error.message}{" "}
        <Anchor inherit href={`/accounts/reauthenticate/?next=${encodeURIComponent(back)}`}>
          Confirm that it is you
        </Anchor>
      </p>
    );
  }
  return <Failure {...failureOf(error)} onRetry={onRetry} />;
}
