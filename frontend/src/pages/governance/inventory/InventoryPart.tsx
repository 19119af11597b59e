import { SegmentedControl } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import type { ChangeSearch } from "../../filters/search";
import { useChange } from "../../filters/useChange";
import { AtRestView } from "./AtRestView";
import { DocumentsView } from "./DocumentsView";
import { EnteringView } from "./EnteringView";
import classes from "./inventory.module.css";
import { StoredView } from "./StoredView";
import type { InventorySearch } from "./search";

const route = getRouteApi("/governance/inventory");

export type ChangeInventory = ChangeSearch<InventorySearch>;

/** What is stored, what may enter, the documents that are made from both, and what it all stands on. */
export default function InventoryPart() {
  const search = route.useSearch();
  const change = useChange(route.useNavigate());
  const view = search.view ?? "stored";
  return (
    <>
      <SegmentedControl
        className={`${classes.views} no-print`}
        size="xs"
        aria-label="What to look at"
        transitionDuration={0}
        value={view}
        data={[
          { value: "stored", label: "Stored" },
          { value: "entering", label: "May enter" },
          { value: "documents", label: "Documents" },
          { value: "at-rest", label: "At rest" },
        ]}
        onChange={(value) =>
          change({ view: value === "stored" ? undefined : (value as InventorySearch["view"]) })
        }
      />
      {view === "stored" && <StoredView search={search} onChange={change} />}
      {view === "entering" && <EnteringView search={search} onChange={change} />}
      {view === "documents" && <DocumentsView />}
      {view === "at-rest" && <AtRestView />}
    </>
  );
}
