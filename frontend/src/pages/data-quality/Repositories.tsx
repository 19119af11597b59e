import { Button, SegmentedControl, Select } from "@mantine/core";
import type { Quality } from "../../api/types";
import { counted } from "../../ui/numbers";
import { Pages } from "../../ui/Pages";
import { SearchField } from "../../ui/SearchField";
import classes from "../Section.module.css";
import { RepositoryTable } from "./RepositoryTable";
import { PAGE_SIZE, type QualitySearch } from "./search";
import type { ChangeQuality } from "./useQualitySearch";

/** Every repository with its kinds: a page at a time, narrowed by the address. */
export function Repositories({
  quality,
  search,
  timeZone,
  onChange,
}: {
  quality: Quality;
  search: QualitySearch;
  timeZone: string;
  onChange: ChangeQuality;
}) {
  const page = search.page ?? 1;
  return (
    <section className={classes.section} aria-labelledby="repositories">
      <header className={classes.head}>
        <div>
          <h2 id="repositories" className={classes.title}>
            Repositories
          </h2>
          <p className={classes.about} aria-live="polite">
            {counted(quality.total, "repository", "repositories")}
          </p>
        </div>
        <Filters quality={quality} search={search} onChange={onChange} />
      </header>
      {quality.repositories.length === 0 ? (
        <Nothing search={search} onChange={onChange} />
      ) : (
        <RepositoryTable
          repositories={quality.repositories}
          open={search.open}
          timeZone={timeZone}
          onOpen={(open) => onChange({ open })}
        />
      )}
      <Pages
        page={page}
        size={PAGE_SIZE}
        total={quality.total}
        onPage={(to) => onChange({ page: to, open: undefined })}
      />
    </section>
  );
}

function Filters({
  quality,
  search,
  onChange,
}: {
  quality: Quality;
  search: QualitySearch;
  onChange: ChangeQuality;
}) {
  const narrow: ChangeQuality = (part) => onChange({ ...part, page: undefined, open: undefined });
  return (
    <search className={`${classes.tools} no-print`} aria-label="Filters of the repositories">
      <SegmentedControl
        size="xs"
        aria-label="Which repositories"
        transitionDuration={0}
        value={search.show ?? "all"}
        data={[
          { value: "all", label: "All" },
          { value: "incomplete", label: "Not complete" },
        ]}
        onChange={(value) => narrow({ show: value === "incomplete" ? "incomplete" : undefined })}
      />
      {quality.connections.length > 1 && (
        <Select
          size="xs"
          w={170}
          aria-label="Connection"
          placeholder="All connections"
          clearable
          clearButtonProps={{ "aria-label": "All connections" }}
          value={search.connection ?? null}
          data={quality.connections.map(({ slug, name }) => ({ value: slug, label: name }))}
          onChange={(value) => narrow({ connection: value ?? undefined })}
        />
      )}
      <SearchField
        label="Search by the repository's name"
        placeholder="Repository"
        value={search.q ?? ""}
        onSearch={(q) => narrow({ q: q || undefined })}
      />
    </search>
  );
}

function Nothing({ search, onChange }: { search: QualitySearch; onChange: ChangeQuality }) {
  const narrowed = search.q !== undefined || search.connection !== undefined;
  if (!narrowed && search.show === "incomplete") {
    return <p className={classes.none}>Every repository is complete.</p>;
  }
  if (!narrowed && search.page === undefined) {
    return <p className={classes.none}>No repository is known yet.</p>;
  }
  return (
    <div className={classes.none}>
      <p>No repository is like that.</p>
      <Button
        size="xs"
        variant="default"
        onClick={() =>
          onChange({ q: undefined, connection: undefined, show: undefined, page: undefined })
        }
      >
        Show all
      </Button>
    </div>
  );
}
