import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { DetailDrawer, DetailSection } from "../../../ui/DetailDrawer";
import drawer from "../../../ui/DetailDrawer.module.css";
import { dateTime } from "../../../ui/dates";
import { RowsByTable } from "../RowsByTable";
import { PeriodForm } from "./PeriodForm";
import { type Night, type Policy, RETENTION_KEY, takeBack } from "./queries";
import classes from "./retention.module.css";
import { oldest, period, total } from "./say";
import { Waiting } from "./Waiting";

/** One kind of data: what it is, why it is kept so long, what goes tonight, what went; and the way to change it. */
export function PolicyDrawer({
  policy,
  timeZone,
  mayChange,
  onClose,
}: {
  policy: Policy | undefined;
  timeZone: string;
  mayChange: boolean;
  onClose: () => void;
}) {
  return (
    <DetailDrawer title="Retention" width={560} onClose={onClose}>
      {policy && <Detail key={policy.code} of={policy} timeZone={timeZone} mayChange={mayChange} />}
    </DetailDrawer>
  );
}

function Detail({ of, timeZone, mayChange }: { of: Policy; timeZone: string; mayChange: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <h2 className={drawer.title}>{of.name}</h2>
      <p className={drawer.where}>{of.holds}</p>
      <div className={drawer.facts}>
        <p className={drawer.total}>{period(of.days)}</p>
        {mayChange && !open && (
          <Button variant="default" size="xs" onClick={() => setOpen(true)}>
            Change …
          </Button>
        )}
      </div>
      <NextPeriod of={of} timeZone={timeZone} mayChange={mayChange} />
      {open && <PeriodForm of={of} timeZone={timeZone} onClose={() => setOpen(false)} />}
      <DetailSection title="Why">
        <p className={drawer.soft}>
          {of.why} By default: {period(of.default_days).toLowerCase()}.
          {of.by_month && " It goes by whole months, so up to 31 days later."}
        </p>
        {of.figures && <p className={classes.figures}>{of.figures}</p>}
      </DetailSection>
      <DetailSection title="Goes tonight" count={of.tonight && total(of.tonight.rows)}>
        {of.tonight ? (
          <>
            <p className={drawer.soft}>
              What is older than {dateTime(of.tonight.before, timeZone)}.{" "}
              {oldest(of.tonight, timeZone)}
            </p>
            <RowsByTable of={of.tonight.rows} caption="Rows that go tonight, by table" />
          </>
        ) : (
          <p className={drawer.soft}>Nothing: it is kept until it is erased.</p>
        )}
      </DetailSection>
      <DetailSection title="Past nights">
        <Nights of={of.runs} timeZone={timeZone} />
      </DetailSection>
    </>
  );
}

function NextPeriod({
  of,
  timeZone,
  mayChange,
}: {
  of: Policy;
  timeZone: string;
  mayChange: boolean;
}) {
  const client = useQueryClient();
  const take = useMutation({
    mutationFn: () => takeBack(of.code),
    onSuccess: () => client.invalidateQueries({ queryKey: RETENTION_KEY }),
  });
  if (of.next_days === null || !of.takes_effect_at) return null;
  return (
    <Waiting act={mayChange ? "Take back" : null} by={take}>
      {period(of.next_days)} from {dateTime(of.takes_effect_at, timeZone)}: what is older goes in
      the night after that.
    </Waiting>
  );
}

function Nights({ of, timeZone }: { of: Night[]; timeZone: string }) {
  if (of.length === 0) return <p className={drawer.soft}>There was no run yet.</p>;
  return (
    <ul className={classes.nights}>
      {of.map((night) => (
        <li key={night.started_at}>
          <p>
            {dateTime(night.started_at, timeZone)}: {total(night.deleted)}
            {!night.finished_at && " so far"}
          </p>
          {night.error && <p className={drawer.soft}>{night.error}</p>}
          <RowsByTable
            of={night.deleted}
            caption={`Rows that went on ${dateTime(night.started_at, timeZone)}`}
          />
        </li>
      ))}
    </ul>
  );
}
