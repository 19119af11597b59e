import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { retryParked } from "../../api/queries";
import type { ParkedWork as Parked, Quality } from "../../api/types";
import { dateTime } from "../../ui/dates";
import { Failure } from "../../ui/Message";
import { count, counted } from "../../ui/numbers";
import { failureOf } from "../failure";
import section from "../Section.module.css";
import classes from "./ParkedWork.module.css";

/** What was given up after too many attempts, with its reason, and another try for who may ask for one. */
export function ParkedWork({ quality, timeZone }: { quality: Quality; timeZone: string }) {
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: (work: number[]) => retryParked(work),
    onSuccess: () => client.invalidateQueries({ queryKey: ["completeness"] }),
  });
  const { parked, parked_total: total, may_retry: mayRetry } = quality;
  return (
    <section className={section.section} aria-labelledby="parked">
      <header className={section.head}>
        <div>
          <h2 id="parked" className={section.title}>
            Could not be fetched
          </h2>
          <p className={section.about} aria-live="polite">
            {retry.isSuccess && `${count(retry.data.retried)} will be tried again. `}
            {total === 0
              ? "Nothing is parked."
              : `${counted(total, "piece")} of work parked after too many attempts${
                  parked.length < total ? `; the latest ${count(parked.length)} are shown` : ""
                }.`}
          </p>
        </div>
        {mayRetry && parked.length > 1 && (
          <Button
            size="xs"
            variant="default"
            loading={retry.isPending}
            onClick={() => retry.mutate(parked.map((work) => work.id))}
          >
            Try all {count(parked.length)} again
          </Button>
        )}
      </header>
      {retry.error && (
        <Failure {...failureOf(retry.error)} onRetry={() => retry.mutate(retry.variables)} />
      )}
      {parked.length > 0 && (
        <ul className={classes.list}>
          {parked.map((work) => (
            <Work
              key={work.id}
              of={work}
              timeZone={timeZone}
              busy={retry.isPending}
              onRetry={mayRetry ? () => retry.mutate([work.id]) : null}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

function Work({
  of,
  timeZone,
  busy,
  onRetry,
}: {
  of: Parked;
  timeZone: string;
  busy: boolean;
  onRetry: (() => void) | null;
}) {
  const where = of.repository ?? of.connection;
  return (
    <li className={classes.work}>
      <div className={classes.text}>
        <p className={classes.what}>
          {where}: {of.what}
        </p>
        <p>{of.reason || "No reason was noted."}</p>
        <p className={classes.soft}>
          Given up {dateTime(of.parked_at, timeZone)}, after {counted(of.attempts, "attempt")}
        </p>
      </div>
      {onRetry && (
        <Button
          size="compact-xs"
          variant="default"
          disabled={busy}
          aria-label={`Try again: ${where}, ${of.what}`}
          onClick={onRetry}
        >
          Try again
        </Button>
      )}
    </li>
  );
}
