import { duration } from "../../ui/durations";
import { Figure, type Spread as Shown } from "../../ui/Figure";
import strip from "../../ui/FigureStrip.module.css";
import { count, counted, percent, sayOr } from "../../ui/numbers";
import { comparison } from "../filters/before";
import type { Explainer } from "../filters/explanations";
import { Incomplete } from "../Incomplete";
import classes from "./FigureStrip.module.css";
import type { RunFigures, Spread } from "./types";

const seconds = (value: number) => duration(value);

/** The page's figures on one strip: what came of the runs first, then their times. */
export function FigureStrip({ figures, explain }: { figures: RunFigures; explain: Explainer }) {
  const { failure_rate: rate, runs, wasted, previous } = figures;
  const badge = (of: string) => <Incomplete of={of} completeness={figures.completeness} />;
  const ended = rate?.denominator ?? 0;
  const timed = (of: Spread | null) => counted(of?.n ?? 0, "run");
  return (
    <div className={`${strip.strip} ${classes.strip}`}>
      <div className={strip.lead}>
        <Figure
          large
          name="Failure rate"
          badge={badge("Failure rate")}
          unit={rate?.value != null ? `of ${counted(ended, "run")}` : undefined}
          value={sayOr(rate?.value, percent)}
          reason={rate?.reason}
          before={
            rate?.value != null && previous?.failure_rate != null
              ? `was ${percent(previous.failure_rate)} of ${counted(previous.runs, "run")}`
              : null
          }
          spread={[]}
          explanation={explain("run_failure_rate", counted(ended, "run"))}
        />
        {runs && <Outcomes of={runs} />}
      </div>
      <Figure
        name="Duration"
        badge={badge("Duration")}
        unit="median"
        value={sayOr(figures.duration?.median, seconds)}
        reason={figures.duration?.reason}
        before={comparison(figures.duration?.median, previous?.duration_median, seconds)}
        spread={spreadOf(figures.duration)}
        explanation={explain("run_duration", timed(figures.duration))}
      />
      <Figure
        name="Queue time"
        badge={badge("Queue time")}
        unit="median"
        value={sayOr(figures.queue?.median, seconds)}
        reason={figures.queue?.reason}
        before={comparison(figures.queue?.median, previous?.queue_median, seconds)}
        spread={spreadOf(figures.queue)}
        explanation={explain("queue_time", timed(figures.queue))}
      />
      <Figure
        name="Time to feedback"
        badge={badge("Time to feedback")}
        unit="median"
        value={sayOr(figures.feedback?.median, seconds)}
        reason={figures.feedback?.reason}
        before={comparison(figures.feedback?.median, previous?.feedback_median, seconds)}
        spread={[
          ...spreadOf(figures.feedback),
          ...(figures.feedback_waiting
            ? [{ label: "waiting now", value: count(figures.feedback_waiting) }]
            : []),
        ]}
        explanation={explain(
          "time_to_feedback",
          counted(figures.feedback?.n ?? 0, "push", "pushes"),
        )}
      />
      <Figure
        name="Wasted time"
        badge={badge("Wasted time")}
        unit="machine time"
        value={sayOr(wasted?.seconds, seconds)}
        reason={wasted?.reason}
        before={comparison(wasted?.seconds, previous?.wasted_seconds, seconds)}
        spread={
          wasted?.attempts == null
            ? []
            : [{ label: "failed attempts", value: count(wasted.attempts) }]
        }
        explanation={explain("wasted_time", counted(wasted?.attempts ?? 0, "failed attempt"))}
      />
    </div>
  );
}

function spreadOf(of: Spread | null): Shown[] {
  if (of === null || of.n === null) return [];
  const values: [string, number | null][] = [
    ["p75", of.p75],
    ["p90", of.p90],
    ["p95", of.p95],
  ];
  return [
    ...values.flatMap(([label, value]) =>
      value === null ? [] : [{ label, value: duration(value) }],
    ),
    { label: "n", value: count(of.n) },
  ];
}

/** All runs by what came of them. Those that neither failed nor succeeded are in no rate. */
function Outcomes({ of }: { of: NonNullable<RunFigures["runs"]> }) {
  const parts = [
    { key: "failed", name: "failed", n: of.failed },
    { key: "succeeded", name: "succeeded", n: of.succeeded },
    { key: "neither", name: "cancelled or skipped", n: of.neither },
  ].filter(({ n }) => n > 0);
  return (
    <div className={classes.outcomes}>
      <div className={classes.bar} aria-hidden>
        {parts.map(({ key, n }) => (
          <span key={key} data-outcome={key} style={{ flexGrow: n }} />
        ))}
      </div>
      <ul className={classes.names} aria-label="Runs by outcome">
        {parts.map(({ key, name, n }) => (
          <li key={key}>
            <i className={classes.swatch} data-outcome={key} />
            <strong>{count(n)}</strong> {name}
          </li>
        ))}
      </ul>
    </div>
  );
}
