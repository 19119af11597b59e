import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { failureOf } from "../failure";
import { ERASURES, KINDS, lastDay, MODES, type OwnRequest, whenOf } from "./names";
import { copyAddress, useOwnChange, withdraw } from "./queries";
import classes from "./yourData.module.css";

/** What somebody asked for, how it stands, and what they can do about it. */
export function OwnRequests({
  of,
  timeZone,
  onWithdrawn,
}: {
  of: OwnRequest[];
  timeZone: string;
  onWithdrawn: (one: OwnRequest) => void;
}) {
  return (
    <ul className={classes.requests}>
      {of.map((one) => (
        <Request key={one.id} one={one} timeZone={timeZone} onWithdrawn={onWithdrawn} />
      ))}
    </ul>
  );
}

function Request({
  one,
  timeZone,
  onWithdrawn,
}: {
  one: OwnRequest;
  timeZone: string;
  onWithdrawn: (one: OwnRequest) => void;
}) {
  const back = useOwnChange(withdraw, onWithdrawn);
  const failure = back.error && failureOf(back.error);
  return (
    <li className={classes.request}>
      <div>
        <p className={classes.what}>
          <strong>{KINDS[one.kind]}</strong> {whenOf(one, timeZone)}
        </p>
        {one.mode && <p>{MODES[one.mode].name}</p>}
        {one.text && <p className={classes.said}>“{one.text}”</p>}
        {one.extension_reason && <p>It takes longer, because: {one.extension_reason}</p>}
        {one.erasure && one.state !== "withdrawn" && <p>{ERASURES[one.erasure]}</p>}
        {one.outcome_text && (
          <p>
            {one.state === "refused" ? "Refused because: " : "Done: "}
            {one.outcome_text}
          </p>
        )}
        {one.state === "refused" && (
          <p>
            You can complain to a data protection supervisory authority, such as that of where you
            live or work (GDPR Art. 77), and go to court (Art. 79).
          </p>
        )}
        {one.available_until && (
          <p>The copy can be downloaded until {lastDay(one.available_until, timeZone)}.</p>
        )}
        {failure && <p role="alert">{failure.message}</p>}
      </div>
      <div className={classes.buttons}>
        {one.available_until && (
          <Button
            component="a"
            href={copyAddress(one.id)}
            download
            size="xs"
            leftSection={<IconDownload size={14} stroke={1.6} aria-hidden />}
          >
            Download the copy
          </Button>
        )}
        {one.may_withdraw && (
          <Button
            size="xs"
            variant="default"
            aria-label={`Withdraw: ${KINDS[one.kind].toLowerCase()}`}
            loading={back.isPending}
            onClick={() => back.mutate(one.id)}
          >
            Withdraw
          </Button>
        )}
      </div>
    </li>
  );
}
