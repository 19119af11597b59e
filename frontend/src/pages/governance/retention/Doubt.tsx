import { useMutation, useQueryClient } from "@tanstack/react-query";
import { dateTime } from "../../../ui/dates";
import { confirmDate, type Retention, retentionQuery } from "./queries";
import { Waiting } from "./Waiting";

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
    <Waiting act={mayChange ? "The date is right" : null} by={confirm}>
      <strong>Nothing is removed.</strong> Plumbline’s clock says {dateTime(of.now, timeZone)}, and
      nothing since {dateTime(of.since, timeZone)} bears that out: no night’s run, and no news of a
      source. If it is wrong, set the machine’s clock right. If it is right, it goes on by itself
      once something new is collected
      {mayChange ? ", or when you say so." : ", or when an owner or administrator says so."}
    </Waiting>
  );
}
