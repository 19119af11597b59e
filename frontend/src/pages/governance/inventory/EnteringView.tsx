import { useQuery } from "@tanstack/react-query";
import { counted } from "../../../ui/numbers";
import { ScrollRegion } from "../../../ui/ScrollRegion";
import { SearchField } from "../../../ui/SearchField";
import { NoRows } from "../../../ui/TableSection";
import people from "../../people/people.module.css";
import { Section } from "../../Section";
import section from "../../Section.module.css";
import type { ChangeInventory } from "./InventoryPart";
import classes from "./inventory.module.css";
import { inventoryQuery, type Source } from "./queries";
import type { InventorySearch } from "./search";

/** What never enters, what is read and not kept, and every field that is stored. */
export function EnteringView({
  search,
  onChange,
}: {
  search: InventorySearch;
  onChange: ChangeInventory;
}) {
  const query = useQuery(inventoryQuery({ q: search.q }));
  return (
    <>
      {!search.q && query.data && (
        <section className={`${section.section} ${classes.never}`} aria-label="What never enters">
          <h2 className={section.title}>What never enters</h2>
          <p className={section.about}>
            Never asked for, or dropped in memory before anything looks at it.
          </p>
          <ul>
            {query.data.never.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
      )}
      <Section
        title="What may enter"
        query={query}
        about={({ sources }) => said(sources)}
        tools={
          <search className={`${section.tools} no-print`} aria-label="Filters of what may enter">
            <SearchField
              label="Search by field, column or use"
              placeholder="Field, column or use"
              value={search.q ?? ""}
              onSearch={(q) => onChange({ q: q || undefined }, { replace: true })}
            />
          </search>
        }
      >
        {({ sources }) =>
          sources.length === 0 ? (
            <NoRows>Nothing that may enter is like that. Search for less.</NoRows>
          ) : (
            <>
              <h3 className={classes.area}>What we read and do not keep</h3>
              <Fields of={sources} label="What is read and not kept" kept={false} />
              <h3 className={classes.area}>What is kept, and where</h3>
              <Fields of={sources} label="What is kept, and where" kept />
            </>
          )
        }
      </Section>
    </>
  );
}

/** By source; each opened where something is looked for or little is told. */
function Fields({ of, label, kept }: { of: Source[]; label: string; kept: boolean }) {
  return (
    <div className={classes.tables}>
      {of.map((source) => {
        const lines = source.objects.flatMap((one) =>
          one.fields
            .filter((field) => field.stored.length > 0 === kept)
            .map((field) => ({ ...field, key: `${one.name}.${field.name}` })),
        );
        return (
          lines.length > 0 && (
            <details key={source.key} className={classes.line} open={of.length < 4}>
              <summary>
                <span className={classes.source}>{source.name}</span>
                <span className={classes.purpose}>{source.says}</span>
                <span className={classes.counts}>{counted(lines.length, "field", "fields")}</span>
              </summary>
              <ScrollRegion className={people.scroll} label={`${label}: ${source.name}`}>
                <table className={`${people.table} ${classes.columns}`}>
                  <caption>
                    {label}: {source.name}
                  </caption>
                  <thead>
                    <tr>
                      <th scope="col">Field</th>
                      <th scope="col">{kept ? "Stored in" : "What is made of it"}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {lines.map((field) => (
                      // Two objects may share a name; what becomes of their fields tells them apart.
                      <tr key={[field.key, ...field.stored, field.read].join(" ")}>
                        <th scope="row">
                          <code>{field.key}</code>
                        </th>
                        <td>
                          {kept
                            ? field.stored.map((place) => (
                                <code key={place} className={classes.path}>
                                  {place}
                                </code>
                              ))
                            : field.read}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </ScrollRegion>
            </details>
          )
        );
      })}
    </div>
  );
}

function said(sources: Source[]) {
  const fields = sources.flatMap((source) => source.objects.flatMap((one) => one.fields));
  return `${counted(fields.length, "field", "fields")}. A field that is not listed here is not even asked for; code that would read one does not start.`;
}
