import { Button } from "@mantine/core";
import type { Completeness } from "../../api/types";
import { addDays, dayOf, dayRange, daysBetween, fullDay } from "../../ui/dates";
import { Message } from "../../ui/Message";
import type { ChangeFilters } from "./FilterBar";
import type { Scope } from "./search";

const LOOK_BACK_DAYS = 1095;

/** The three years until today, in which the nearest range with something in it is looked for. */
export function lookBack(scope: Scope, today: string): Scope {
  return { ...scope, from: addDays(today, -LOOK_BACK_DAYS + 1), to: addDays(today, 1) };
}

/** Nothing is in the range: offers one of the same length that ends with the latest there is. */
export function EmptyRange({
  title,
  latest,
  say,
  nothing,
  scope,
  completeness,
  timeZone,
  onChange,
}: {
  /** "Nothing was merged" */
  title: string;
  /** The instant of the latest there is; null: none in the three years; undefined: still looking. */
  latest: string | null | undefined;
  say: (day: string) => string;
  /** What to do where there is none at all. */
  nothing: string;
  scope: Scope;
  /** Of the range: there may have been something that is not known. */
  completeness: Completeness;
  timeZone: string;
  onChange: ChangeFilters;
}) {
  const named = `${title}: ${dayRange(scope.from, scope.to)}`;
  const lacking = completeness.reason && <p>{completeness.reason}</p>;
  if (!latest) {
    return (
      <Message title={named}>
        <p>
          {latest === undefined
            ? "Looking for the nearest range with something in it …"
            : `Nor was anything in the three years until today. ${nothing}`}
        </p>
        {lacking}
      </Message>
    );
  }
  const last = dayOf(latest, timeZone);
  const to = addDays(last, 1);
  const from = addDays(to, -daysBetween(scope.from, scope.to));
  return (
    <Message
      title={named}
      step={
        <Button onClick={() => onChange({ from, to, days: undefined, page: undefined })}>
          Show {dayRange(from, to)}
        </Button>
      }
    >
      <p>{say(fullDay(last))}</p>
      {lacking}
    </Message>
  );
}
