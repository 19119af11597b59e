import { Select } from "@mantine/core";
import { SOURCES, type TestsSearch } from "./search";
import classes from "./TestsPage.module.css";
import type { RunChoice } from "./types";
import type { ChangeTests } from "./useTestsSearch";

const BRANCHES = [
  { value: "all", label: "All branches" },
  { value: "default", label: "Default branch" },
  { value: "other", label: "Other branches" },
];
const BEGIN = { page: undefined, by_page: undefined };

/** Which runs the page is about, beside the filters of all pages. */
export function RunFilters({
  choices,
  search,
  onChange,
}: {
  choices: RunChoice[];
  search: TestsSearch;
  onChange: ChangeTests;
}) {
  const chosen = search.workflow === undefined ? null : keyOf(search);
  const data = choices.map((choice) => ({
    value: keyOf({ ...choice, workflow: choice.name }),
    label: `${choice.name} (${choice.repository})`,
  }));
  if (chosen !== null && !data.some(({ value }) => value === chosen)) {
    data.unshift({ value: chosen, label: search.workflow ?? "" });
  }
  return (
    <>
      <Select
        label="Workflow"
        className={classes.workflow}
        placeholder="All workflows"
        data={data}
        value={chosen}
        onChange={(value) => onChange({ ...partsOf(value), ...BEGIN })}
        searchable
        clearable
        clearButtonProps={{ "aria-label": "All workflows" }}
        nothingFoundMessage="None of that name ran"
        maxDropdownHeight={320}
      />
      <Select
        label="Branches"
        className={classes.branches}
        data={BRANCHES}
        value={search.branches ?? "all"}
        allowDeselect={false}
        onChange={(value) =>
          onChange({
            branches: value === "default" || value === "other" ? value : undefined,
            ...BEGIN,
          })
        }
      />
    </>
  );
}

type Named = Pick<TestsSearch, "workflow" | "source" | "repository">;

function keyOf({ source, repository, workflow }: Named): string {
  return JSON.stringify([source ?? null, repository ?? null, workflow]);
}

function partsOf(key: string | null): Named {
  if (key === null) return { source: undefined, repository: undefined, workflow: undefined };
  const [source, repository, workflow] = JSON.parse(key) as (string | null)[];
  return {
    source: SOURCES.find((known) => known === source),
    repository: repository ?? undefined,
    workflow: workflow ?? undefined,
  };
}
