import { Checkbox, NumberInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ChangeForm } from "../../ChangeForm";
import { failureOf } from "../../failure";
import { RowsByTable } from "../RowsByTable";
import { type Policy, previewQuery, RETENTION_KEY, setPeriod } from "./queries";
import { bounds, oldest, total } from "./say";

/** Choose a period, and see what it would remove before it is set. */
export function PeriodForm({
  of,
  timeZone,
  onClose,
}: {
  of: Policy;
  timeZone: string;
  onClose: () => void;
}) {
  const [days, setDays] = useState<number | null>(of.next_days ?? of.days);
  const client = useQueryClient();
  const set = useMutation({
    mutationFn: () => setPeriod(of.code, days),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: RETENTION_KEY });
      onClose();
    },
  });
  const first = of.default_days ?? of.minimum_days;
  const isShorter = days !== null && (of.days === null || days < of.days);
  return (
    <ChangeForm
      title="Keep it for"
      act={isShorter ? "Shorten" : "Set"}
      busy={set.isPending}
      error={set.error}
      onSubmit={() => set.mutate()}
      onCancel={onClose}
    >
      {of.may_be_kept && (
        <Checkbox
          label="Keep it until it is erased"
          checked={days === null}
          onChange={(event) => setDays(event.currentTarget.checked ? null : first)}
        />
      )}
      {days !== null && (
        <NumberInput
          label="Days"
          description={bounds(of)}
          value={days}
          min={of.minimum_days}
          max={of.maximum_days ?? 36_500}
          clampBehavior="none"
          allowDecimal={false}
          allowNegative={false}
          required
          w={200}
          onChange={(value) => setDays(Number(value) || 0)}
        />
      )}
      {isShorter ? (
        <Effect of={of} days={days} timeZone={timeZone} />
      ) : (
        <p>
          A longer period holds at once. What has gone comes back only where its source still has
          it.
        </p>
      )}
    </ChangeForm>
  );
}

function Effect({ of, days, timeZone }: { of: Policy; days: number; timeZone: string }) {
  const [asked] = useDebouncedValue(days, 400);
  const inBounds = asked >= of.minimum_days && asked <= (of.maximum_days ?? 36_500);
  const { data, error } = useQuery({ ...previewQuery(of.code, asked), enabled: inBounds });
  if (!inBounds) return <p>{bounds(of)}</p>;
  if (error) return <p role="alert">{failureOf(error).message}</p>;
  if (!data) return <p aria-busy>Counting what would go …</p>;
  return (
    <div aria-live="polite">
      <p>
        As of today this would remove {total(data.rows)}. {oldest(data, timeZone)} It waits for a
        day, and can be taken back until then.
      </p>
      <RowsByTable of={data.rows} caption="Rows that would go, by table" />
    </div>
  );
}
