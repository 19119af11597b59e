import {
  Bar,
  BarChart,
  CartesianGrid,
  Cell,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { shortDay } from "../ui/dates";
import { counted } from "../ui/numbers";
import classes from "./charts.module.css";
import { AXIS } from "./palette";

export type DeploymentsOfWeek = {
  start: string;
  partial: boolean;
  /** It is about too few people to be told. */
  hidden: boolean;
  /** Succeeded, and nothing had to fix them. */
  held: number;
  /** Succeeded, and something had to. */
  failing: number;
  /** Did not come up. */
  attempts: number;
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
      <ul className={classes.legend}>
        {PARTS.map((part) => (
          <li key={part.key}>
            <i className={classes.swatch} style={{ background: part.colour }} />
            {part.name} <span>{part.meaning}</span>
          </li>
        ))}
      </ul>
      <ResponsiveContainer width="100%" height={260}>
        <BarChart
          data={weeks}
          margin={{ top: 8, right: 4, bottom: 0, left: 0 }}
          barCategoryGap="22%"
        >
          <CartesianGrid vertical={false} stroke="var(--hairline)" />
          <XAxis {...AXIS} dataKey="start" tickFormatter={shortDay} minTickGap={24} />
          <YAxis {...AXIS} axisLine={false} width={36} allowDecimals={false} />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: "var(--hover)" }}
            content={({ active, payload }) =>
              active && payload?.[0] ? <WeekTip week={payload[0].payload} /> : null
            }
          />
          {PARTS.map((part) => (
            <Bar
              key={part.key}
              stackId="deployments"
              name={part.name}
              dataKey={part.key}
              fill={part.colour}
              stroke="var(--surface)"
              strokeWidth={1}
              maxBarSize={40}
              isAnimationActive={false}
            >
              {weeks.map((week) => (
                <Cell key={week.start} fillOpacity={week.partial ? 0.5 : 1} />
              ))}
            </Bar>
          ))}
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

function WeekTip({ week }: { week: DeploymentsOfWeek }) {
  const all = week.held + week.failing;
  return (
    <div className={classes.tip}>
      <strong>
        Week of {shortDay(week.start)}
        {week.partial && ", partial"}
      </strong>
      {week.hidden ? (
        <p>Hidden: fewer people than the minimum group size.</p>
      ) : (
        <>
          <p>{all === 0 ? "Nothing deployed." : counted(all, "deployment")}</p>
          <dl>
            {PARTS.map((part) => (
              <div key={part.key}>
                <dt>
                  <i className={classes.swatch} style={{ background: part.colour }} />
                  {part.name}
                </dt>
                <dd>{week[part.key]}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </div>
  );
}
