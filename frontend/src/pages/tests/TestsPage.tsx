import { getRouteApi } from "@tanstack/react-router";
import { PageSkeleton } from "../../ui/PageSkeleton";
import { FilteredPage } from "../filters/FilteredPage";

const route = getRouteApi("/tests");

export default function TestsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <FilteredPage
      title="Tests"
      search={search}
      onChange={(part) => void navigate({ search: (before) => ({ ...before, ...part }) })}
    >
      {() => <PageSkeleton />}
    </FilteredPage>
  );
}
