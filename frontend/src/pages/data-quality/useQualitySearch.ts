import { getRouteApi } from "@tanstack/react-router";
import type { ChangeSearch } from "../filters/search";
import { useChange } from "../filters/useChange";
import type { QualitySearch } from "./search";

const route = getRouteApi("/data-quality");

export type ChangeQuality = ChangeSearch<QualitySearch>;

/** The address as state: what it says, and how to change a part of it. */
export function useQualitySearch(): [QualitySearch, ChangeQuality] {
  return [route.useSearch(), useChange(route.useNavigate(), { replace: true })];
}
