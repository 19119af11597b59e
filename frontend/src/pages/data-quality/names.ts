import type { KindEntry, ProjectCompleteness, RepositoryCompleteness } from "../../api/types";

/** What the page calls things. */

const OF_REPOSITORIES: Record<Exclude<KindEntry["kind"], "issues">, string> = {
  pull_requests: "Pull requests",
  commits: "Commits",
  checks: "Checks",
  workflow_runs: "Workflow runs",
  deployments: "Deployments",
  releases: "Releases",
  tags: "Tags",
};

export const KINDS: Record<KindEntry["kind"], string> = { ...OF_REPOSITORIES, issues: "Issues" };

/** Those that a repository has, in the order of its columns. */
export const REPOSITORY_KINDS = Object.entries(OF_REPOSITORIES) as [KindEntry["kind"], string][];

export const STATES: Record<KindEntry["state"], string> = {
  complete: "complete",
  collecting: "collecting",
  waiting: "not begun",
  incomplete: "incomplete",
  unavailable: "not available",
};

export const REPOSITORY_STATES: Record<RepositoryCompleteness["state"], string> = {
  active: "read",
  excluded: "excluded by a rule",
  lost_access: "access lost",
  transferred: "moved away",
  erasing: "being erased",
  gone: "deleted at the source",
};

export const PROJECT_STATES: Record<ProjectCompleteness["state"], string> = {
  active: "read",
  excluded: "not chosen",
  lost_access: "access lost",
  gone: "deleted at the source",
};

export const LEFT_OUT: Record<string, string> = {
  bot_author: "written by bots",
  draft_never_opened: "closed without ever leaving draft",
};
