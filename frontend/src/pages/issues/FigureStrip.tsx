import { duration } from "../../ui/durations";
import { Figure } from "../../ui/Figure";
import strip from "../../ui/FigureStrip.module.css";
import { count, counted, percent } from "../../ui/numbers";
import { AmountFigure } from "../AmountFigure";
import { comparison } from "../filters/before";
import type { Explainer } from "../filters/explanations";
import { Incomplete } from "../Incomplete";
import classes from "./FigureStrip.module.css";
import type { IssueFigures } from "./types";

/** The page's figures on one strip. */
export function FigureStrip({ figures, explain }: { figures: IssueFigures; explain: Explainer }) {
  const { cycle_time: cycle, elapsed, flow_efficiency: flow, throughput, previous } = figures;
  const going = figures.work_in_progress;
  const shared = { figures, explain, one: "issue" };
  const badge = (of: string) => <Incomplete of={of} completeness={figures.completeness} />;
  const done = counted(throughput?.merged ?? 0, "issue");
  return (
    <div className={`${strip.strip} ${classes.strip}`}>
      <div className={strip.lead}>
        <AmountFigure
          {...shared}
          large
          name="Cycle time"
          of={cycle}
          say={duration}
          before={comparison(cycle?.median, previous?.cycle_time_median, duration)}
          definition="issue_cycle_time"
        />
      </div>
      <AmountFigure
        {...shared}
        name="First start to done"
        of={elapsed}
        say={duration}
        before={comparison(elapsed?.median, previous?.elapsed_median, duration)}
        definition="issue_elapsed"
      />
      <AmountFigure
        {...shared}
        name="Flow efficiency"
        of={flow}
        say={percent}
        before={
          flow?.median != null && previous?.flow_efficiency_median != null
            ? `was ${percent(previous.flow_efficiency_median)}`
            : null
        }
        definition="issue_flow_efficiency"
      />
      <Figure
        name="Throughput"
        badge={badge("Throughput")}
        unit="done"
        value={throughput === null ? null : count(throughput.merged)}
        before={comparison(throughput?.merged, previous?.done, count)}
        spread={
          throughput?.per_week_median == null
            ? []
            : [{ label: "median a week", value: count(throughput.per_week_median) }]
        }
        explanation={explain("issue_throughput", done)}
      />
      <Figure
        name="Work in progress"
        badge={badge("Work in progress")}
        unit="now"
        value={going === null ? null : count(going.in_progress)}
        reason="About too few people to be shown."
        spread={
          going === null
            ? []
            : [
                { label: "waiting", value: count(going.waiting) },
                ...(going.age.median === null
                  ? []
                  : [{ label: "median age", value: duration(going.age.median) }]),
              ]
        }
        explanation={explain(
          "issue_work_in_progress",
          counted((going?.in_progress ?? 0) + (going?.waiting ?? 0), "issue"),
        )}
      />
    </div>
  );
}
