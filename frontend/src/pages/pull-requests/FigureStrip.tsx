import type { Distribution, Figures } from "../../api/types";
import { STAGES } from "../../charts/palette";
import { duration } from "../../ui/durations";
import { Explain } from "../../ui/Explain";
import { Figure, type Spread } from "../../ui/Figure";
import strip from "../../ui/FigureStrip.module.css";
import { count, counted, percent, sayOr } from "../../ui/numbers";
import { comparison } from "../filters/before";
import type { Explainer } from "../filters/explanations";
import { Incomplete } from "../Incomplete";
import classes from "./FigureStrip.module.css";

const seconds = (value: number) => duration(value);
const lines = (value: number) => count(Math.round(value));

function spreadOf(distribution: Distribution | null, say: (value: number) => string): Spread[] {
  if (distribution === null || distribution.n === null) return [];
  const values: [string, number | null][] = [
    ["p75", distribution.p75],
    ["p90", distribution.p90],
  ];
  return [
    ...values.flatMap(([label, value]) => (value === null ? [] : [{ label, value: say(value) }])),
    { label: "n", value: count(distribution.n) },
  ];
}

/** The page's figures on one strip: cycle time with its stages first, then the rest. */
export function FigureStrip({ figures, explain }: { figures: Figures; explain: Explainer }) {
  const { cycle_time, time_to_first_review, review_rate, batch_size, throughput } = figures;
  const before = figures.previous;
  const badge = (of: string) => <Incomplete of={of} completeness={figures.completeness} />;
  return (
    <div className={`${strip.strip} ${classes.strip}`}>
      <div className={strip.lead}>
        <Figure
          large
          name="Cycle time"
          badge={badge("Cycle time")}
          unit="median"
          value={sayOr(cycle_time?.median, seconds)}
          reason={cycle_time?.reason}
          before={comparison(cycle_time?.median, before?.cycle_time_median, seconds)}
          spread={spreadOf(cycle_time, seconds)}
          explanation={explain("cycle_time", counted(cycle_time?.n ?? 0, "merged pull request"))}
        />
        <StageMedians figures={figures} explain={explain} />
      </div>
      <Figure
        name="Time to first review"
        badge={badge("Time to first review")}
        unit="median"
        value={sayOr(time_to_first_review?.median, seconds)}
        reason={time_to_first_review?.reason}
        before={comparison(
          time_to_first_review?.median,
          before?.time_to_first_review_median,
          seconds,
        )}
        spread={[
          ...spreadOf(time_to_first_review, seconds),
          ...(figures.waiting ? [{ label: "waiting now", value: count(figures.waiting) }] : []),
        ]}
        explanation={explain(
          "time_to_first_review",
          counted(time_to_first_review?.n ?? 0, "first review"),
        )}
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
      <Figure
        name="Batch size"
        badge={badge("Batch size")}
        value={sayOr(batch_size?.median, lines)}
        unit="lines, median"
        reason={batch_size?.reason}
        before={comparison(batch_size?.median, before?.batch_size_median, lines)}
        spread={spreadOf(batch_size, lines)}
        explanation={explain("batch_size", counted(batch_size?.n ?? 0, "merged pull request"))}
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
