import type { components } from "../../api/schema";

/** Names for the API's shapes of issues. */

type Schemas = components["schemas"];

export type IssueFigures = Schemas["IssueFigures"];
export type IssueCompleteness = Schemas["IssueCompleteness"];
export type IssueWeek = Schemas["IssueWeek"];
export type Amounts = Schemas["Amounts"];
export type IssueChoices = Schemas["IssueChoices"];
export type IssueFilters = Schemas["IssueFilters"];
export type IssuePageFilters = Schemas["IssuePageFilters"];
export type IssuePoint = Schemas["IssuePoint"];
export type IssueRow = Schemas["IssueRow"];
export type IssueDetail = Schemas["IssueDetail"];
export type SprintRow = Schemas["SprintRow"];
export type SprintDetail = Schemas["SprintDetail"];
export type SprintAmount = Schemas["SprintAmount"];
export type NamedIssue = Schemas["NamedIssue"];
export type NamedIssues = Schemas["NamedIssues"];
export type StateName = NonNullable<IssueRow["state"]>;
export type PlaceName = Schemas["LinkedPullRequest"]["found_in"][number];
