import { SegmentedControl } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { DocumentsView } from "./DocumentsView";
import { EnteringView } from "./EnteringView";
import classes from "./inventory.module.css";
import { StoredView } from "./StoredView";
import type { InventorySearch } from "./search";

const route = getRouteApi("/governance/inventory");

export type ChangeInventory = (change: Partial<InventorySearch>) => void;

/** What is stored, what may enter, and the documents that are made from both. */
export default function InventoryPart() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = useCallback<ChangeInventory>(
    (part) =>
      void navigate({
        search: (before) => ({ ...before, ...part }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
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
          { value: "stored", label: "What is stored" },
          { value: "entering", label: "What may enter" },
          { value: "documents", label: "Documents" },
        ]}
        onChange={(value) =>
          change({ view: value === "stored" ? undefined : (value as InventorySearch["view"]) })
        }
      />
      {view === "stored" && <StoredView search={search} onChange={change} />}
      {view === "entering" && <EnteringView search={search} onChange={change} />}
      {view === "documents" && <DocumentsView />}
    </>
  );
}
