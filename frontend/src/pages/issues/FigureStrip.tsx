import { duration } from "../../ui/durations";
import { Figure, type Spread } from "../../ui/Figure";
import strip from "../../ui/FigureStrip.module.css";
import { count, counted, percent } from "../../ui/numbers";
import { comparison } from "../filters/before";
import type { Explainer } from "../filters/explanations";
import { Incomplete } from "../Incomplete";
import classes from "./FigureStrip.module.css";
import type { Amounts, IssueFigures } from "./types";

/** The page's figures on one strip. */
export function FigureStrip({ figures, explain }: { figures: IssueFigures; explain: Explainer }) {
  const { cycle_time: cycle, throughput, work_in_progress: going, previous } = figures;
  const badge = (of: string) => <Incomplete of={of} completeness={figures.completeness} />;
  const done = counted(throughput?.merged ?? 0, "issue");
  return (
    <div className={`${strip.strip} ${classes.strip}`}>
      <div className={strip.lead}>
        <Figure
          large
          name="Cycle time"
          badge={badge("Cycle time")}
          unit="median"
          value={said(cycle, duration)}
          reason={cycle?.reason}
          before={comparison(cycle?.median, previous?.cycle_time_median, duration)}
          spread={spreadOf(cycle, duration)}
          explanation={explain("issue_cycle_time", counted(cycle?.n ?? 0, "issue"))}
        />
      </div>
      <Figure
        name="First start to done"
        badge={badge("First start to done")}
        unit="median"
        value={said(figures.elapsed, duration)}
        reason={figures.elapsed?.reason}
        before={comparison(figures.elapsed?.median, previous?.elapsed_median, duration)}
        spread={spreadOf(figures.elapsed, duration)}
        explanation={explain("issue_elapsed", counted(figures.elapsed?.n ?? 0, "issue"))}
      />
      <Figure
        name="Flow efficiency"
        badge={badge("Flow efficiency")}
        unit="median"
        value={said(figures.flow_efficiency, percent)}
        reason={figures.flow_efficiency?.reason}
        before={
          figures.flow_efficiency?.median != null && previous?.flow_efficiency_median != null
            ? `was ${percent(previous.flow_efficiency_median)}`
            : null
        }
        spread={spreadOf(figures.flow_efficiency, percent)}
        explanation={explain(
          "issue_flow_efficiency",
          counted(figures.flow_efficiency?.n ?? 0, "issue"),
        )}
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

function said(of: Amounts | null, say: (value: number) => string): string | null {
  return of === null || of.median === null ? null : say(of.median);
}

function spreadOf(of: Amounts | null, say: (value: number) => string): Spread[] {
  if (of === null || of.n === null) return [];
  const values: [string, number | null][] = [
    ["p75", of.p75],
    ["p90", of.p90],
  ];
  return [
    ...values.flatMap(([label, value]) => (value === null ? [] : [{ label, value: say(value) }])),
    { label: "n", value: count(of.n) },
  ];
}
