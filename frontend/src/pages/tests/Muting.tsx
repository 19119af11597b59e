import { Button } from "@mantine/core";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { meQuery } from "../../api/queries";
import { DetailSection } from "../../ui/DetailDrawer";
import drawer from "../../ui/DetailDrawer.module.css";
import { dateTime, fullDay } from "../../ui/dates";
import { Failure } from "../../ui/Message";
import { failureOf } from "../failure";
import { MuteForm } from "./MuteForm";
import { muteTest, unmuteTest } from "./queries";
import type { TestDetail } from "./types";

/** Whether it is muted, by whom and why; for administrators the way to change it. */
export function Muting({ of, timeZone }: { of: TestDetail; timeZone: string }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const changed = () => {
    setOpen(false);
    return client.invalidateQueries({ queryKey: ["tests"] });
  };
  const mute = useMutation({
    mutationFn: (body: { reason: string; until: string }) => muteTest(of.id, body),
    onSuccess: changed,
  });
  const unmute = useMutation({ mutationFn: () => unmuteTest(of.id), onSuccess: changed });
  const mayMute = me.role === "administrator";
  const { muted } = of;
  return (
    <DetailSection
      title={muted ? "Muted" : "Not muted"}
      tool={
        mayMute &&
        !open && (
          <Button
            variant="default"
            size="xs"
            loading={unmute.isPending}
            onClick={() => (muted ? unmute.mutate() : setOpen(true))}
          >
            {muted ? "Unmute" : "Mute …"}
          </Button>
        )
      }
    >
      <p className={drawer.soft}>
        {muted
          ? `To the end of ${fullDay(muted.until)}: ${muted.reason}`
          : "Muting says that somebody knows of it. What comes of it counts as before."}
      </p>
      {muted && (
        <p className={drawer.soft}>
          By {muted.by ?? "somebody who has left"}, {dateTime(muted.at, timeZone)}
        </p>
      )}
      {unmute.error && <Failure {...failureOf(unmute.error)} onRetry={() => unmute.mutate()} />}
      {open && (
        <MuteForm
          today={me.today}
          busy={mute.isPending}
          failure={mute.error ? failureOf(mute.error) : null}
          onMute={(body) => mute.mutate(body)}
          onClose={() => setOpen(false)}
        />
      )}
    </DetailSection>
  );
}
