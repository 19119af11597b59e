import type { ProjectCompleteness, Quality } from "../../api/types";
import { dateTime } from "../../ui/dates";
import { FactTable } from "../../ui/FactTable";
import { counted } from "../../ui/numbers";
import { Pages } from "../../ui/Pages";
import classes from "../Section.module.css";
import { Cell, LastRun } from "./Cells";
import { PROJECT_STATES } from "./names";
import table from "./RepositoryTable.module.css";
import { PAGE_SIZE } from "./search";
import type { ChangeQuality } from "./useQualitySearch";

/** Every project with its issues, those that need somebody first; nothing where there is no Jira. */
export function Projects({
  quality,
  timeZone,
  onChange,
}: {
  quality: Quality;
  timeZone: string;
  onChange: ChangeQuality;
}) {
  if (quality.projects_total === 0) return null;
  const names = new Map(quality.connections.map(({ slug, name }) => [slug, name]));
  return (
    <section className={classes.section} aria-labelledby="projects">
      <header className={classes.head}>
        <div>
          <h2 id="projects" className={classes.title}>
            Projects
          </h2>
          <p className={classes.about}>{counted(quality.projects_total, "project")}</p>
        </div>
      </header>
      <FactTable
        caption="Projects and their issues"
        rows={quality.projects}
        rowKey={(project) => project.id}
        columns={[
          { name: "Project", cell: (project) => `${project.key}, ${project.name}` },
          { name: "Connection", cell: (project) => names.get(project.connection) },
          { name: "State", cell: (project) => PROJECT_STATES[project.state] },
          {
            name: "Issues",
            numeric: true,
            cell: (project) => <Cell of={project.issues} isRead={project.state === "active"} />,
          },
          {
            name: "Whole up to",
            numeric: true,
            cell: ({ issues }) =>
              issues.complete_to === null ? "–" : dateTime(issues.complete_to, timeZone),
          },
          {
            name: "Last run",
            numeric: true,
            cell: (project) => <LastRun of={project.last_run} timeZone={timeZone} />,
          },
          {
            name: "Why",
            cell: (project) => <span className={table.why}>{why(project)}</span>,
          },
        ]}
      />
      <Pages
        page={quality.projects_page}
        size={PAGE_SIZE}
        total={quality.projects_total}
        onPage={(to) => onChange({ projects: to })}
      />
    </section>
  );
}

/** Why it is in its state, or what is amiss with its issues or its last run. */
function why({ state, reason, issues, last_run: run }: ProjectCompleteness): string {
  if (state !== "active") return reason ?? "";
  const failed = run !== null && run.outcome !== "succeeded" ? [run.reason, run.action] : [];
  return [issues.reason, ...failed].filter(Boolean).join(" ");
}
