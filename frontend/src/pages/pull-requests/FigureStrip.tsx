import type { Figures } from "../../api/types";
import { STAGES } from "../../charts/palette";
import { duration } from "../../ui/durations";
import { Explain } from "../../ui/Explain";
import { Figure } from "../../ui/Figure";
import strip from "../../ui/FigureStrip.module.css";
import { count, counted, percent, sayOr } from "../../ui/numbers";
import { AmountFigure } from "../AmountFigure";
import { comparison } from "../filters/before";
import type { Explainer } from "../filters/explanations";
import { Incomplete } from "../Incomplete";
import classes from "./FigureStrip.module.css";

const seconds = (value: number) => duration(value);
const lines = (value: number) => count(Math.round(value));

/** The page's figures on one strip: cycle time with its stages first, then the rest. */
export function FigureStrip({ figures, explain }: { figures: Figures; explain: Explainer }) {
  const { cycle_time, time_to_first_review, review_rate, batch_size, throughput } = figures;
  const before = figures.previous;
  const shared = { figures, explain, one: "merged pull request" };
  const badge = (of: string) => <Incomplete of={of} completeness={figures.completeness} />;
  return (
    <div className={`${strip.strip} ${classes.strip}`}>
      <div className={strip.lead}>
        <AmountFigure
          {...shared}
          large
          name="Cycle time"
          of={cycle_time}
          say={seconds}
          before={comparison(cycle_time?.median, before?.cycle_time_median, seconds)}
          definition="cycle_time"
        />
        <StageMedians figures={figures} explain={explain} />
      </div>
      <AmountFigure
        {...shared}
        name="Time to first review"
        of={time_to_first_review}
        say={seconds}
        before={comparison(
          time_to_first_review?.median,
          before?.time_to_first_review_median,
          seconds,
        )}
        more={figures.waiting ? [{ label: "waiting now", value: count(figures.waiting) }] : []}
        one="first review"
        definition="time_to_first_review"
      />
      <Figure
        name="Review rate"
        badge={badge("Review rate")}
        value={sayOr(review_rate?.value, percent)}
        reason={review_rate?.reason}
        before={
          review_rate?.value != null && before?.review_rate != null
            ? `was ${percent(before.review_rate)}`
            : null
        }
        spread={
          review_rate?.denominator != null && review_rate.numerator != null
            ? [
                {
                  label: "reviewed",
                  value: `${count(review_rate.numerator)} of ${count(review_rate.denominator)}`,
                },
              ]
            : []
        }
        explanation={explain(
          "review_rate",
          counted(review_rate?.denominator ?? 0, "merged pull request"),
        )}
      />
      <AmountFigure
        {...shared}
        name="Batch size"
        of={batch_size}
        say={lines}
        unit="lines, median"
        before={comparison(batch_size?.median, before?.batch_size_median, lines)}
        definition="batch_size"
      />
      <Figure
        name="Throughput"
        badge={badge("Throughput")}
        value={sayOr(throughput?.merged, count)}
        unit="merged"
        reason="Nothing was merged"
        before={comparison(throughput?.merged, before?.merged, count)}
        spread={
          throughput?.per_week_median != null
            ? [
                { label: "median a week", value: count(throughput.per_week_median) },
                { label: "whole weeks", value: count(throughput.weeks) },
              ]
            : []
        }
        explanation={explain("throughput", counted(throughput?.merged ?? 0, "merged pull request"))}
      />
    </div>
  );
}

/** The medians of the four stages. They need not add up to the median of the whole. */
function StageMedians({ figures, explain }: { figures: Figures; explain: Explainer }) {
  return (
    <ol className={classes.stages} aria-label="Stages, medians">
      {STAGES.map((stage) => {
        const distribution = figures[stage.key];
        const explanation = explain(
          stage.key,
          counted(distribution?.n ?? 0, "merged pull request"),
        );
        return (
          <li key={stage.key} style={{ borderTopColor: stage.colour }}>
            <span className={classes.stageName}>
              {stage.name}
              {explanation && <Explain of={explanation} />}
            </span>
            <span className={classes.stageValue}>
              {sayOr(distribution?.median, seconds) ?? (
                <span title={distribution?.reason ?? undefined}>–</span>
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
