import { Sparkline } from "../../charts/Sparkline";
import { duration } from "../../ui/durations";
import { Figure, type Spread } from "../../ui/Figure";
import { count, counted, percent } from "../../ui/numbers";
import { AmountFigure } from "../AmountFigure";
import { comparison } from "../filters/before";
import type { Explainer } from "../filters/explanations";
import { Incomplete } from "../Incomplete";
import { BandMark } from "./BandMark";
import { madeOf } from "./explanations";
import classes from "./FourKeys.module.css";
import { frequency } from "./frequency";
import type { DeploymentFigures, DeploymentWeek } from "./types";

const perWeek = (value: number) => {
  const said = frequency(value / 7);
  return `${said.value} ${said.unit}`;
};

type Shared = { figures: DeploymentFigures; explain: Explainer };

/** The four keys of delivery, each with how it was before, its spread, its weeks and its band. */
export function FourKeys(shared: Shared) {
  return (
    <div className={classes.keys}>
      <Frequency {...shared} />
      <LeadTime {...shared} />
      <FailureRate {...shared} />
      <Restore {...shared} />
    </div>
  );
}

function Frequency({ figures, explain }: Shared) {
  const found = figures.deployment_frequency;
  const said = found?.per_day == null ? null : frequency(found.per_day);
  const median =
    found?.per_week_median == null
      ? []
      : [{ label: "median a week", value: count(found.per_week_median) }];
  return (
    <Figure
      name="Deployment frequency"
      badge={<Incomplete of="Deployment frequency" completeness={figures.completeness} />}
      value={said?.value ?? null}
      unit={said?.unit}
      reason={found?.reason}
      before={comparison(found?.per_week, figures.previous?.per_week, perWeek)}
      spread={
        found === null
          ? []
          : [
              ...median,
              {
                label: "days with one",
                value: `${count(found.days_with_one)} of ${count(found.days)}`,
              },
              { label: "n", value: count(found.deployments) },
            ]
      }
      explanation={explain("deployment_frequency", madeOf(figures))}
    >
      <Below
        figures={figures}
        of="deployment_frequency"
        trend={(week) => week.deployments}
        name="Deployments"
      />
    </Figure>
  );
}

function LeadTime({ figures, explain }: Shared) {
  const found = figures.lead_time;
  const merge = figures.merge_to_deploy?.median;
  return (
    <AmountFigure
      figures={figures}
      explain={explain}
      name="Lead time for changes"
      of={found}
      say={duration}
      before={comparison(found?.median, figures.previous?.lead_time_median, duration)}
      more={merge == null ? [] : [{ label: "merge to deployment", value: duration(merge) }]}
      one="deployed pull request"
      definition="lead_time"
    >
      <Below
        figures={figures}
        of="lead_time"
        trend={(week) => week.lead_time_median}
        name="Median lead time"
      />
    </AmountFigure>
  );
}

function FailureRate({ figures, explain }: Shared) {
  const found = figures.change_failure_rate;
  const before = figures.previous?.change_failure_rate;
  const spread: Spread[] = [];
  if (found?.numerator != null && found.denominator != null) {
    const value = `${count(found.numerator)} of ${count(found.denominator)}`;
    spread.push({ label: "failed in use", value });
  }
  if (figures.inferred) spread.push({ label: "inferred by time", value: count(figures.inferred) });
  return (
    <Figure
      name="Change failure rate"
      badge={<Incomplete of="Change failure rate" completeness={figures.completeness} />}
      value={found?.value == null ? null : percent(found.value)}
      reason={found?.reason}
      before={found?.value != null && before != null ? `was ${percent(before)}` : null}
      spread={spread}
      explanation={explain("change_failure_rate", madeOf(figures))}
    >
      <Below
        figures={figures}
        of="change_failure_rate"
        trend={(week) => week.change_failure_rate}
        name="Change failure rate"
      />
    </Figure>
  );
}

function Restore({ figures, explain }: Shared) {
  const found = figures.time_to_restore;
  return (
    <AmountFigure
      figures={figures}
      explain={explain}
      name="Time to restore"
      of={found}
      say={duration}
      before={comparison(found?.median, figures.previous?.time_to_restore_median, duration)}
      more={figures.unrestored ? [{ label: "not restored", value: count(figures.unrestored) }] : []}
      one="restored deployment"
      definition="time_to_restore"
    >
      <Below
        figures={figures}
        of="time_to_restore"
        trend={(week) => week.time_to_restore_median}
        name="Median time to restore"
      />
    </AmountFigure>
  );
}

/** A key's weeks and its band. */
function Below({
  figures,
  of,
  trend,
  name,
}: {
  figures: DeploymentFigures;
  of: keyof DeploymentFigures["bands"];
  trend: (week: DeploymentWeek) => number | null;
  name: string;
}) {
  const band = figures.bands[of];
  // A week that has only begun would bend the line.
  const weeks = figures.weeks.filter((week) => !week.partial);
  return (
    <>
      <Sparkline
        values={weeks.map(trend)}
        label={`${name} by week, over ${counted(weeks.length, "whole week")}`}
      />
      {band && <BandMark band={band} />}
    </>
  );
}
