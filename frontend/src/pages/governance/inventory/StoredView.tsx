import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { CsvButton } from "../../../ui/CsvButton";
import { counted } from "../../../ui/numbers";
import { SearchField } from "../../../ui/SearchField";
import { NoRows } from "../../../ui/TableSection";
import { Section } from "../../Section";
import section from "../../Section.module.css";
import type { ChangeInventory } from "./InventoryPart";
import classes from "./inventory.module.css";
import { type Area, type Inventory, inventoryQuery } from "./queries";
import type { InventorySearch } from "./search";
import { TableLine } from "./TableLine";

/** Every table by area, each to be opened for its columns; opened where something is looked for. */
export function StoredView({
  search,
  onChange,
}: {
  search: InventorySearch;
  onChange: ChangeInventory;
}) {
  const query = useQuery(inventoryQuery(search));
  const isFiltered = Boolean(search.q || search.class);
  return (
    <Section
      title="What is stored"
      query={query}
      about={({ areas }) => said(areas)}
      tools={<Tools search={search} onChange={onChange} of={query.data} />}
    >
      {(data) =>
        data.areas.length === 0 ? (
          <NoRows>
            Nothing that is stored is like that. Take a filter away, or search for less.
          </NoRows>
        ) : (
          <>
            <Meanings of={data} />
            {data.areas.map((area) => (
              <section key={area.key} aria-labelledby={`area-${area.key}`}>
                <h3 className={classes.area} id={`area-${area.key}`}>
                  {area.name}
                </h3>
                <p className={section.about}>
                  {area.says}
                  {area.people && ` Personal data of: ${lowered(area.people)}`}
                </p>
                <div className={classes.tables}>
                  {area.tables.map((table) => (
                    <TableLine
                      key={`${table.label}-${isFiltered}`}
                      of={table}
                      retention={data.retentions.find(({ key }) => key === table.retention)}
                      isOpen={isFiltered}
                    />
                  ))}
                </div>
              </section>
            ))}
          </>
        )
      }
    </Section>
  );
}

function Tools({
  search,
  onChange,
  of,
}: {
  search: InventorySearch;
  onChange: ChangeInventory;
  of: Inventory | undefined;
}) {
  return (
    <search className={`${section.tools} no-print`} aria-label="Filters of what is stored">
      <Select
        size="xs"
        w={190}
        aria-label="Area"
        placeholder="All areas"
        clearable
        value={search.area ?? null}
        data={(of?.all_areas ?? []).map(({ key, name }) => ({ value: key, label: name }))}
        onChange={(area) => onChange({ area: area ?? undefined })}
      />
      <Select
        size="xs"
        w={160}
        aria-label="Class"
        placeholder="All classes"
        clearable
        value={search.class ?? null}
        data={(of?.data_classes ?? []).map(({ key, name }) => ({ value: key, label: name }))}
        onChange={(value) => onChange({ class: (value as InventorySearch["class"]) ?? undefined })}
      />
      <SearchField
        label="Search by name, purpose or note"
        placeholder="Name, purpose or note"
        value={search.q ?? ""}
        onSearch={(q) => onChange({ q: q || undefined }, { replace: true })}
      />
      <CsvButton address="/api/v1/inventory.csv" asked={{}} />
      <CsvButton address="/api/v1/inventory.json" asked={{}} format="JSON" />
    </search>
  );
}

function Meanings({ of }: { of: Inventory }) {
  return (
    <details className={classes.meanings}>
      <summary>What the classes, roles and times mean</summary>
      {(
        [
          ["Classes of data", of.data_classes],
          ["Database roles of the processes", of.roles],
          ["How long", of.retentions],
        ] as const
      ).map(([title, lines]) => (
        <section key={title} aria-label={title}>
          <h3 className={classes.area}>{title}</h3>
          <dl className={classes.list}>
            {lines.map(({ key, name, says }) => (
              <div key={key}>
                <dt>{name}</dt>
                <dd>{says}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </details>
  );
}

function said(areas: Area[]) {
  const tables = areas.flatMap((area) => area.tables);
  const columns = tables.flatMap((table) => table.columns);
  return `${counted(columns.length, "column", "columns")} in ${counted(tables.length, "table", "tables")}; a column that is not declared here fails the product's build.`;
}

function lowered(text: string) {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
