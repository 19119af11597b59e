import { ActionIcon, Popover } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./Explain.module.css";

export type Explanation = {
  name: string;
  text: string;
  version: string;
  source: string;
  /** By which clock a duration is. */
  clock?: string;
  /** What the figure is made of: "412 merged pull requests". */
  made: string;
  /** What was left out, and why. */
  leftOut: { reason: string; n: string }[];
  /** When it was computed, with the time zone named. */
  fresh: string | null;
};

/** Opens what a figure means and what it was made of. */
export function Explain({ of, extra }: { of: Explanation; extra?: ReactNode }) {
  return (
    <Popover width={340} position="bottom-start" shadow="md" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <ActionIcon
          className={`${classes.button} no-print`}
          variant="subtle"
          color="gray"
          size={24}
          aria-label={`Explain ${of.name.toLowerCase()}`}
        >
          <IconInfoCircle size={16} stroke={1.6} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={classes.card}>
        <h3 className={classes.name}>{of.name}</h3>
        <p className={classes.text}>{of.text}</p>
        <dl className={classes.facts}>
          <dt>Made of</dt>
          <dd>{of.made}</dd>
          <dt>Left out</dt>
          <dd>
            {of.leftOut.length === 0
              ? "Nothing"
              : of.leftOut.map((item) => (
                  <span key={item.reason} className={classes.item}>
                    {item.n} {item.reason}
                  </span>
                ))}
          </dd>
          {of.clock && (
            <>
              <dt>Time</dt>
              <dd>{of.clock}</dd>
            </>
          )}
          <dt>Definition</dt>
          <dd>
            Version {of.version}
            {of.source && <span className={classes.item}>{of.source}</span>}
          </dd>
          {of.fresh && (
            <>
              <dt>Computed</dt>
              <dd>{of.fresh}</dd>
            </>
          )}
        </dl>
        {extra}
      </Popover.Dropdown>
    </Popover>
  );
}
