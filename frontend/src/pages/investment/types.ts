import type { components } from "../../api/schema";

/** Names for the API's shapes of investment. */

type Schemas = components["schemas"];

export type InvestmentFigures = Schemas["InvestmentFigures"];
export type InvestmentFilters = Schemas["InvestmentFilters"];
export type InvestmentPageFilters = Schemas["InvestmentPageFilters"];
export type InvestmentItem = Schemas["InvestmentItem"];
export type InvestmentMonth = Schemas["InvestmentMonth"];
export type Category = Schemas["Category"];
export type CategoryAmount = Schemas["CategoryAmount"];
export type View = Schemas["View"];
