import { Select, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import classes from "./ProjectPicker.module.css";
import { choicesQuery } from "./queries";
import { type IssuesSearch, narrowing } from "./search";
import type { ChangeIssues } from "./useIssuesSearch";

const ALL = "*";
const SHARED = {
  size: "sm",
  allowDeselect: false,
  checkIconPosition: "right",
  searchable: true,
  maxDropdownHeight: 320,
  comboboxProps: { withinPortal: true, transitionProps: { duration: 0 } },
} as const;

/** Of which project, which type, and whether parts of issues count. */
export function ProjectPicker({
  search,
  onChange,
}: {
  search: IssuesSearch;
  onChange: ChangeIssues;
}) {
  const { data } = useQuery(choicesQuery);
  const { project, issue_type: type, subtasks } = narrowing(search);
  const projects = (data?.projects ?? []).map(({ key, name }) => ({
    value: key,
    label: `${name} (${key})`,
  }));
  const types = (data?.issue_types ?? []).map((value) => ({ value, label: value }));
  return (
    <>
      <Select
        {...SHARED}
        className={classes.picker}
        label="Project"
        data={[{ value: ALL, label: "All projects" }, ...projects]}
        value={project || ALL}
        onChange={(value) =>
          onChange({ project: value && value !== ALL ? value : undefined, page: undefined })
        }
      />
      <Select
        {...SHARED}
        className={classes.picker}
        label="Type"
        data={[{ value: ALL, label: "All types" }, ...types]}
        value={type || ALL}
        onChange={(value) =>
          onChange({ type: value && value !== ALL ? value : undefined, page: undefined })
        }
      />
      <Switch
        className={classes.parts}
        label="Include sub-tasks"
        checked={subtasks}
        onChange={(event) =>
          onChange({ parts: event.currentTarget.checked || undefined, page: undefined })
        }
      />
    </>
  );
}
