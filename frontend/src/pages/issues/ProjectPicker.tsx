import { Select, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import classes from "./ProjectPicker.module.css";
import { choicesQuery } from "./queries";
import { type IssuesSearch, narrowing } from "./search";
import type { ChangeIssues } from "./useIssuesSearch";

const ALL = "*";

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
  return (
    <>
      <Choice
        label="Project"
        all="All projects"
        data={projects}
        value={project}
        onChange={(chosen) => onChange({ project: chosen, page: undefined })}
      />
      <Choice
        label="Type"
        all="All types"
        data={data?.issue_types ?? []}
        value={type}
        onChange={(chosen) => onChange({ type: chosen, page: undefined })}
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

/** One of these, or all: undefined. */
function Choice({
  label,
  all,
  data,
  value,
  onChange,
}: {
  label: string;
  all: string;
  data: (string | { value: string; label: string })[];
  value: string;
  onChange: (chosen: string | undefined) => void;
}) {
  return (
    <Select
      className={classes.picker}
      label={label}
      size="sm"
      allowDeselect={false}
      checkIconPosition="right"
      searchable
      maxDropdownHeight={320}
      data={[{ value: ALL, label: all }, ...data]}
      value={value || ALL}
      onChange={(chosen) => onChange(chosen && chosen !== ALL ? chosen : undefined)}
    />
  );
}
