import { counted } from "../../ui/numbers";

const PALER = "Paler bars are weeks that the range holds, or that are kept, only in part.";

type Week = { partial: boolean; suppressed: boolean };

/** What stands for a number that is not there: too few people, or older than what is kept. */
export function untold({ suppressed }: { suppressed: boolean }): string {
  return suppressed ? "hidden" : "not kept";
}

/** Beside a chart by weeks: which it holds in part, and which have no figures, and why. */
export function weekNotes<W extends Week>(
  weeks: W[],
  /** What the chart is of; null: not told. */
  n: (week: W) => number | null,
  /** How weeks that are held in part are told; null: not at all. */
  partial: string | null = PALER,
): string[] {
  const hidden = weeks.filter((week) => week.suppressed).length;
  const gone = weeks.filter((week) => !week.suppressed && n(week) === null).length;
  const notes = [];
  if (partial !== null && weeks.some((week) => week.partial && n(week))) notes.push(partial);
  if (hidden > 0) {
    notes.push(
      `${counted(hidden, "week")} without figures: they would tell of fewer people than the minimum group size.`,
    );
  }
  if (gone > 0) notes.push(`${counted(gone, "week")} older than what is kept.`);
  return notes;
}
