import type { DeploymentName, DeploymentRow, Fix, IncidentName } from "./types";

/** The API's words as a person reads them. */

export const ENVIRONMENTS = {
  production: "Production",
  staging: "Staging",
  testing: "Testing",
  development: "Development",
} as const;

export const SOURCES = {
  github_deployment: "GitHub deployment",
  workflow: "workflow run",
  check: "check run",
  release: "release",
  tag: "tag",
  merge: "merge",
  api: "reported by API",
} as const;

export const FIXES: Record<Fix["kind"], string> = {
  revert: "a revert of a change in it",
  rollback: "a rollback",
  hotfix: "a hotfix",
  incident: "the end of an incident",
  person: "said by a person",
};

/** What an incident is called: "incident INC-7" as reported, "issue OPS-12" of Jira. */
export function incidentName({ source, external_id: id }: IncidentName): string {
  return source === "jira" ? `issue ${id}` : `incident ${id}`;
}

/** A service by its name, and by its repository as well where the name alone would not say it. */
export function serviceName({ repository, service }: { repository: string; service: string }) {
  return repository.endsWith(`/${service}`) ? repository : `${repository}: ${service}`;
}

/** "v2.4", "#1204", or the beginning of a sha where the source's own name says nothing to a person. */
export function deploymentName({
  source,
  key,
  sha,
}: Pick<DeploymentName | DeploymentRow, "source" | "key" | "sha">): string {
  if (source === "tag") return key;
  if (source === "merge") return `#${key}`;
  return sha.slice(0, 9);
}
