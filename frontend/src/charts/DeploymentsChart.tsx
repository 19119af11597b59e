import { YAxis } from "recharts";
import { counted } from "../ui/numbers";
import classes from "./charts.module.css";
import { AXIS } from "./palette";
import { Legend, Swatch, WeekBars, WeekTip } from "./WeekChart";

export type DeploymentsOfWeek = {
  start: string;
  partial: boolean;
  /** It is about too few people to be told. */
  hidden: boolean;
  /** Succeeded, and nothing had to fix them. Null, as the others: not told. */
  held: number | null;
  /** Succeeded, and something had to. */
  failing: number | null;
  /** Did not come up. */
  attempts: number | null;
};

const PARTS = [
  { key: "held", name: "Held", colour: "var(--bar)", meaning: "nothing had to fix them" },
  {
    key: "failing",
    name: "Failed in use",
    colour: "var(--stage-pickup)",
    meaning: "something had to fix them",
  },
  {
    key: "attempts",
    name: "Did not come up",
    colour: "var(--bar-quiet)",
    meaning: "attempts, in no other figure",
  },
] as const;

/** How many deployments each week had, and what became of them. */
export default function DeploymentsChart({ weeks }: { weeks: DeploymentsOfWeek[] }) {
  return (
    <figure className={classes.figure}>
      <Legend parts={PARTS} />
      <WeekBars
        weeks={weeks}
        parts={PARTS}
        of={(week, part) => week[part]}
        height={260}
        axis={<YAxis {...AXIS} axisLine={false} width={36} allowDecimals={false} />}
        tip={(week) => <Tip week={week} />}
      />
    </figure>
  );
}

function Tip({ week }: { week: DeploymentsOfWeek }) {
  const all = (week.held ?? 0) + (week.failing ?? 0);
  return (
    <WeekTip week={week} hidden={week.hidden} gone={week.held === null}>
      <p>{all === 0 ? "Nothing deployed." : counted(all, "deployment")}</p>
      <dl>
        {PARTS.map((part) => (
          <div key={part.key}>
            <dt>
              <Swatch colour={part.colour} />
              {part.name}
            </dt>
            <dd>{week[part.key]}</dd>
          </div>
        ))}
      </dl>
    </WeekTip>
  );
}
