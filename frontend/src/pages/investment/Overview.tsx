import { UnstyledButton } from "@mantine/core";
import { Explain, type Explanation } from "../../ui/Explain";
import { percent } from "../../ui/numbers";
import { ScrollRegion } from "../../ui/ScrollRegion";
import { TableSection } from "../../ui/TableSection";
import { Incomplete } from "../Incomplete";
import { amount, colourOf, KEPT_BACK, KEPT_BACK_COLOUR, whole } from "./names";
import classes from "./Overview.module.css";
import type { InvestmentFigures, View } from "./types";

type Line = {
  code: string;
  name: string;
  description: string;
  colour: string;
  amount: number;
  share: number;
};

/** What went into which category: one bar, and the same as a table. A click on a line narrows the list below. */
export function Overview({
  view,
  figures,
  explanation,
  chosen,
  onChoose,
}: {
  view: View;
  figures: InvestmentFigures;
  explanation: Explanation | null;
  chosen: string | undefined;
  onChoose: (category: string | undefined) => void;
}) {
  const lines = linesOf(view, figures);
  return (
    <TableSection
      title="Where it went"
      count={whole(view.total ?? 0, view)}
      badge={<Incomplete of="Investment" completeness={figures.completeness} />}
      tools={explanation && <Explain of={explanation} />}
    >
      <div className={classes.bar} aria-hidden>
        {lines
          .filter((line) => line.share > 0)
          .map((line) => (
            <i
              key={line.code}
              title={`${line.name}: ${percent(line.share)}`}
              style={{ flexGrow: line.share, background: line.colour }}
              data-pale={(chosen !== undefined && chosen !== line.code) || undefined}
            />
          ))}
      </div>
      <ScrollRegion label="Categories" className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Category</th>
              <th scope="col">{view.unit === "person_months" ? "Person-months" : "How many"}</th>
              <th scope="col">Share</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.code} data-chosen={line.code === chosen || undefined}>
                <th scope="row">
                  <div className={classes.line}>
                    <i className={classes.swatch} style={{ background: line.colour }} />
                    <div>
                      {line.code === KEPT_BACK ? (
                        line.name
                      ) : (
                        <UnstyledButton
                          className={classes.choose}
                          aria-pressed={line.code === chosen}
                          onClick={() => onChoose(line.code === chosen ? undefined : line.code)}
                        >
                          {line.name}
                        </UnstyledButton>
                      )}
                      <span className={classes.about}>{line.description}</span>
                    </div>
                  </div>
                </th>
                <td>{amount(line.amount, view)}</td>
                <td>{percent(line.share)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </TableSection>
  );
}

function linesOf(view: View, { categories }: InvestmentFigures): Line[] {
  const total = view.total ?? 0;
  const shown = view.amounts.map((one) => {
    const category = categories.find(({ code }) => code === one.category);
    return {
      code: one.category,
      name: category?.name ?? one.category,
      description: category?.description ?? "",
      colour: colourOf(one.category, categories),
      amount: one.amount,
      share: one.share ?? 0,
    };
  });
  if (view.kept_back === null) return shown;
  const names = categories
    .filter(({ code }) => view.kept_back_categories.includes(code))
    .map(({ name }) => name);
  return [
    ...shown,
    {
      code: KEPT_BACK,
      name: `Kept back: ${names.join(", ")}`,
      description: "Each would tell of too few people, or help to work out one that does.",
      colour: KEPT_BACK_COLOUR,
      amount: view.kept_back,
      share: total > 0 ? view.kept_back / total : 0,
    },
  ];
}
