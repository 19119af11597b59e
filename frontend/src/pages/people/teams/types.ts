import type { components } from "../../../api/schema";

export type TeamEntry = components["schemas"]["TeamEntry"];
export type Member = components["schemas"]["Member"];

export const SOURCES: Record<TeamEntry["source"], string> = {
  github: "GitHub",
  scim: "Directory",
  csv: "CSV file",
  manual: "By hand",
};
