import { duration } from "../../ui/durations";
import { Figure } from "../../ui/Figure";
import strip from "../../ui/FigureStrip.module.css";
import { count, counted, percent, sayOr } from "../../ui/numbers";
import { AmountFigure } from "../AmountFigure";
import { comparison } from "../filters/before";
import type { Explainer } from "../filters/explanations";
import { Incomplete } from "../Incomplete";
import classes from "./FigureStrip.module.css";
import type { RunFigures } from "./types";

/** The page's figures on one strip: what came of the runs first, then their times. */
export function FigureStrip({ figures, explain }: { figures: RunFigures; explain: Explainer }) {
  const { failure_rate: rate, runs, wasted, previous } = figures;
  const badge = (of: string) => <Incomplete of={of} completeness={figures.completeness} />;
  const ended = rate?.denominator ?? 0;
  const shared = { figures, explain, say: duration, one: "run" };
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
      <AmountFigure
        {...shared}
        name="Duration"
        of={figures.duration}
        before={comparison(figures.duration?.median, previous?.duration_median, duration)}
        definition="run_duration"
      />
      <AmountFigure
        {...shared}
        name="Queue time"
        of={figures.queue}
        before={comparison(figures.queue?.median, previous?.queue_median, duration)}
        definition="queue_time"
      />
      <AmountFigure
        {...shared}
        name="Time to feedback"
        of={figures.feedback}
        before={comparison(figures.feedback?.median, previous?.feedback_median, duration)}
        more={
          figures.feedback_waiting
            ? [{ label: "waiting now", value: count(figures.feedback_waiting) }]
            : []
        }
        one="push"
        many="pushes"
        definition="time_to_feedback"
      />
      <Figure
        name="Wasted time"
        badge={badge("Wasted time")}
        unit="machine time"
        value={sayOr(wasted?.seconds, duration)}
        reason={wasted?.reason}
        before={comparison(wasted?.seconds, previous?.wasted_seconds, duration)}
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
