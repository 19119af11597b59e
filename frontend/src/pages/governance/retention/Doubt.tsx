import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { dateTime } from "../../../ui/dates";
import { Failure } from "../../../ui/Message";
import { failureOf } from "../../failure";
import { confirmDate, type Retention, retentionQuery } from "./queries";
import classes from "./retention.module.css";

/** Why nothing is removed, and the one way to go on. */
export function Doubt({
  of,
  timeZone,
  mayChange,
}: {
  of: NonNullable<Retention["doubtful"]>;
  timeZone: string;
  mayChange: boolean;
}) {
  const client = useQueryClient();
  const confirm = useMutation({
    mutationFn: confirmDate,
    onSuccess: (told) => client.setQueryData(retentionQuery.queryKey, told),
  });
  return (
    <div className={classes.waiting} role="status">
      <p>
        <strong>Nothing is removed.</strong> Plumbline’s clock says {dateTime(of.now, timeZone)},
        and nothing since {dateTime(of.since, timeZone)} bears that out: no night’s run, and no news
        of a source. If it is wrong, set the machine’s clock right. If it is right, it goes on by
        itself once something new is collected
        {mayChange ? ", or when you say so." : ", or when an owner or administrator says so."}
      </p>
      {mayChange && (
        <Button
          size="compact-xs"
          variant="default"
          loading={confirm.isPending}
          onClick={() => confirm.mutate()}
        >
          The date is right
        </Button>
      )}
      {confirm.error && <Failure {...failureOf(confirm.error)} onRetry={() => confirm.mutate()} />}
    </div>
  );
}
