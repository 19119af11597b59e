import type { components } from "../../api/schema";

/** Names for what the API says of test runs. */

type Schemas = components["schemas"];

export type ScopeQuery = Schemas["Filters"];
export type RunQuery = Schemas["RunFilters"];
export type GroupQuery = Schemas["GroupPageFilters"];
export type TestQuery = Schemas["TestPageFilters"];
export type TestSort = NonNullable<TestQuery["sort"]>;
export type RunFigures = Schemas["RunFigures"];
export type RunChoice = Schemas["RunChoice"];
export type RunWeek = Schemas["RunWeek"];
export type RunGroup = Schemas["RunGroup"];
export type Heatmap = Schemas["Heatmap"];
export type Spread = Schemas["Spread"];
export type Test = Schemas["Test"];
export type TestDetail = Schemas["TestDetail"];
export type TestDay = Schemas["TestDay"];
