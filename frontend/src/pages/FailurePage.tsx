import { ApiError } from "../api/client";
import { Failure } from "../ui/Message";

/** What stands in place of a page that could not be shown at all. */
export function FailurePage({ error, reset }: { error: unknown; reset: () => void }) {
  const known = error instanceof ApiError;
  return (
    <Failure
      message={known ? error.message : "The page could not be shown."}
      action={known ? error.action : "Try again; if it stays, tell your administrator."}
      onRetry={reset}
    />
  );
}
