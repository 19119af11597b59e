import type { components } from "./schema";

/** Names for the API's shapes. The shapes themselves are generated from the OpenAPI document. */

type Schemas = components["schemas"];

export type Me = Schemas["Me"];
export type Definition = Schemas["Definition"];
export type Status = Schemas["Status"];
export type RepositoryStatus = Schemas["RepositoryStatus"];
export type Distribution = Schemas["Distribution"];
export type Figures = Schemas["Figures"];
export type Week = Schemas["Week"];
export type Bucket = Schemas["Bucket"];
export type Scatter = Schemas["Scatter"];
export type ScatterPoint = Schemas["Point"];
export type PullRequestRow = Schemas["Row"];
export type PullRequestDetail = Schemas["Detail"];
export type StageName = Schemas["Stage"]["name"];
export type Filters = Schemas["PullRequestFilters"];
export type PageFilters = Schemas["PageFilters"];
export type Completeness = Schemas["Completeness"];
export type Quality = Schemas["Quality"];
export type QualityFilters = Schemas["QualityFilters"];
export type KindEntry = Schemas["KindEntry"];
export type KindTotal = Schemas["KindTotal"];
export type RepositoryCompleteness = Schemas["RepositoryCompleteness"];
export type ProjectCompleteness = Schemas["ProjectCompleteness"];
export type LastRun = Schemas["LastRun"];
export type ConnectionQuality = Schemas["ConnectionQuality"];
export type ParkedWork = Schemas["ParkedWork"];
