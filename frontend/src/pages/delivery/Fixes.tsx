import type { ReactNode } from "react";
import { DetailSection } from "../../ui/DetailDrawer";
import drawer from "../../ui/DetailDrawer.module.css";
import { dateTime } from "../../ui/dates";
import { duration } from "../../ui/durations";
import { Corrections } from "./Corrections";
import text from "./DeploymentDrawer.module.css";
import classes from "./Fixes.module.css";
import { deploymentName, FIXES, incidentName } from "./names";
import type { DeploymentDetail, DeploymentName, Fix, IncidentName } from "./types";

/** What fixed a deployment that failed in use, and what one fixed. */
export function Fixes({
  of,
  timeZone,
  onOpen,
}: {
  of: DeploymentDetail;
  timeZone: string;
  onOpen: (id: number) => void;
}) {
  if (of.outcome !== "succeeded") return null;
  const link = (deployment: DeploymentName) => (
    <button type="button" className={classes.open} onClick={() => onOpen(deployment.id)}>
      {deploymentName(deployment)}
      {deployment.finished_at && ` of ${dateTime(deployment.finished_at, timeZone)}`}
    </button>
  );
  return (
    <DetailSection title="What fixed it, and what it fixed">
      {of.fixes.length === 0 && of.fixed.length === 0 && (
        <p className={text.text}>Nothing had to fix it, and it fixed nothing.</p>
      )}
      <ul className={classes.list} aria-label="Fixes">
        {of.fixes.map((fix) => (
          <li key={keyOf(fix)}>
            Fixed by {whatFixed(fix, link)}: {howFixed(fix)}
            {fix.is_inferred && ", inferred by time alone"}
            <span className={drawer.soft}>{restored(fix, timeZone)}</span>
          </li>
        ))}
        {of.fixed.map((fixed) => (
          <li key={`fixed ${fixed.deployment.id}`}>
            It fixed {link(fixed.deployment)}: {FIXES[fixed.kind]}
            <span className={drawer.soft}>
              {fixed.restore_seconds !== null &&
                `It had failed for ${duration(fixed.restore_seconds)}.`}
            </span>
          </li>
        ))}
      </ul>
      {(of.may_correct || of.corrections.length > 0) && <Corrections of={of} timeZone={timeZone} />}
    </DetailSection>
  );
}

function keyOf({ deployment, incident }: Fix): string {
  return deployment ? `deployment ${deployment.id}` : `${incident?.source} ${incident?.id}`;
}

function whatFixed(
  { deployment, incident }: Fix,
  link: (deployment: DeploymentName) => ReactNode,
): ReactNode {
  if (deployment) return link(deployment);
  return incident ? <Incident named={incident} /> : "something that is not known any more";
}

function howFixed({ kind, deployment, incident }: Fix): ReactNode {
  if (!deployment || !incident) return FIXES[kind];
  return (
    <>
      a change for <Incident named={incident} />
    </>
  );
}

function Incident({ named }: { named: IncidentName }) {
  if (named.url === null) return incidentName(named);
  return (
    <a href={named.url} target="_blank" rel="noreferrer">
      {incidentName(named)}
    </a>
  );
}

function restored(fix: Fix, timeZone: string): string {
  if (fix.restored_at === null || fix.restore_seconds === null) return "Not restored yet.";
  return `Restored ${dateTime(fix.restored_at, timeZone)}, after ${duration(fix.restore_seconds)}.`;
}
