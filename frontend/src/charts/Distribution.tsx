import {
  Bar,
  BarChart,
  LabelList,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
  type YAxisTickContentProps,
} from "recharts";
import type { Bucket } from "../api/types";
import { counted, percent } from "../ui/numbers";
import { bucketName, withoutEmptyEnds } from "./buckets";
import classes from "./charts.module.css";
import { AXIS } from "./palette";

/** How many pull requests took how long. */
export default function Distribution({ buckets }: { buckets: Bucket[] }) {
  const total = buckets.reduce((sum, bucket) => sum + bucket.n, 0);
  const rows = withoutEmptyEnds(buckets).map((bucket) => ({ ...bucket, name: bucketName(bucket) }));
  return (
    <figure className={classes.figure}>
      <ResponsiveContainer width="100%" height={292}>
        <BarChart
          data={rows}
          layout="vertical"
          margin={{ top: 0, right: 40, bottom: 0, left: 0 }}
          barCategoryGap={4}
        >
          <XAxis type="number" hide />
          <YAxis {...AXIS} type="category" dataKey="name" width={124} interval={0} tick={Name} />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: "var(--hover)" }}
            content={({ active, payload }) => {
              const row: (typeof rows)[number] | undefined = payload?.[0]?.payload;
              if (!active || row === undefined) return null;
              return (
                <div className={classes.tip}>
                  <strong>{row.name}</strong>
                  <p>
                    {counted(row.n, "pull request")}
                    {total > 0 && `, ${percent(row.n / total)}`}
                  </p>
                </div>
              );
            }}
          />
          <Bar dataKey="n" fill="var(--bar)" isAnimationActive={false}>
            <LabelList dataKey="n" position="right" fill="var(--text-soft)" fontSize={12} />
          </Bar>
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

/** A bucket's name on one line, where Recharts would break it. */
function Name({ x, y, payload }: YAxisTickContentProps) {
  return (
    <text {...AXIS.tick} x={x} y={y} dy="0.35em" textAnchor="end">
      {payload.value}
    </text>
  );
}
