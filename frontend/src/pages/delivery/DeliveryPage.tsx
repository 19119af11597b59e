import { PageSkeleton } from "../../ui/PageSkeleton";
import { FilteredPage } from "../filters/FilteredPage";
import { useDeliverySearch } from "./useDeliverySearch";

export default function DeliveryPage() {
  const [search, change] = useDeliverySearch();
  return (
    <FilteredPage title="Delivery" search={search} onChange={change}>
      {() => <PageSkeleton />}
    </FilteredPage>
  );
}
