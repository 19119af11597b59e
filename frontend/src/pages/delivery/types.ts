import type { components } from "../../api/schema";

/** Names for the API's shapes of deployments. */

type Schemas = components["schemas"];

export type DeploymentFigures = Schemas["DeploymentFigures"];
export type DeploymentWeek = Schemas["DeploymentWeek"];
export type Band = Schemas["Band"];
export type Choices = Schemas["Choices"];
export type Unmapped = Schemas["Unmapped"];
export type DeploymentFilters = Schemas["DeploymentFilters"];
export type DeploymentPageFilters = Schemas["DeploymentPageFilters"];
export type DeploymentRow = Schemas["DeploymentRow"];
export type DeploymentDetail = Schemas["DeploymentDetail"];
export type DeploymentName = Schemas["DeploymentName"];
export type Change = Schemas["Change"];
export type IncidentName = Schemas["IncidentName"];
export type Fix = Schemas["Fix"];
export type Fixed = Schemas["Fixed"];
export type Correction = Schemas["Correction"];
export type CandidateFilters = Schemas["CandidateFilters"];
export type CandidateRow = Schemas["CandidateRow"];
export type FixCorrection = Schemas["FixCorrection"];
