import { SegmentedControl } from "@mantine/core";
import { SearchField } from "../../ui/SearchField";
import section from "../Section.module.css";
import type { PeopleSearch } from "./search";
import type { ChangePeople } from "./usePeopleSearch";

type Show = NonNullable<PeopleSearch["show"]>;

/** Which of a tab's rows, and the words to look for; the address holds both, but for the first choice. */
export function Filters<Shown extends Show | "all" | "bots">({
  of,
  which,
  choices,
  show,
  words,
  search,
  onChange,
}: {
  /** "people", "accounts" */
  of: string;
  which: string;
  choices: [{ value: Shown; label: string }, ...{ value: Shown; label: string }[]];
  show: Shown;
  /** What is searched: "name, login or address". */
  words: string;
  search: PeopleSearch;
  onChange: ChangePeople;
}) {
  return (
    <search className={`${section.tools} no-print`} aria-label={`Filters of the ${of}`}>
      <SegmentedControl
        size="xs"
        aria-label={which}
        transitionDuration={0}
        value={show}
        data={choices}
        onChange={(value) =>
          onChange({
            show: value === choices[0].value ? undefined : (value as Show),
            page: undefined,
          })
        }
      />
      <SearchField
        label={`Search by ${words}`}
        placeholder={words.charAt(0).toUpperCase() + words.slice(1)}
        value={search.q ?? ""}
        onSearch={(q) => onChange({ q: q || undefined, page: undefined })}
      />
    </search>
  );
}
