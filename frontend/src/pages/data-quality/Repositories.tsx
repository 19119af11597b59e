import { Button, Pagination, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import type { Quality } from "../../api/types";
import { count, counted } from "../../ui/numbers";
import { RepositoryTable } from "./RepositoryTable";
import classes from "./Section.module.css";
import { PAGE_SIZE, type QualitySearch } from "./search";
import type { ChangeQuality } from "./useQualitySearch";

const TYPING_MS = 300;

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
  const pages = Math.max(1, Math.ceil(quality.total / PAGE_SIZE));
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
      {pages > 1 && (
        <footer className={`${classes.foot} no-print`}>
          <p className={classes.about}>
            {count((page - 1) * PAGE_SIZE + 1)} – {count(Math.min(page * PAGE_SIZE, quality.total))}{" "}
            of {count(quality.total)}
          </p>
          <Pagination
            size="sm"
            total={pages}
            value={page}
            siblings={1}
            onChange={(to) => onChange({ page: to === 1 ? undefined : to, open: undefined })}
            getControlProps={(control) => ({
              "aria-label": {
                first: "First page",
                previous: "Page before",
                next: "Next page",
                last: "Last page",
              }[control],
            })}
            getItemProps={(to) => ({ "aria-label": `Page ${to}` })}
          />
        </footer>
      )}
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
      <SearchField value={search.q ?? ""} onSearch={(q) => narrow({ q: q || undefined })} />
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

function SearchField({ value, onSearch }: { value: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState(value);
  const search = useDebouncedCallback(onSearch, TYPING_MS);
  return (
    <TextInput
      size="xs"
      type="search"
      aria-label="Search by the repository's name"
      placeholder="Repository"
      leftSection={<IconSearch size={14} stroke={1.6} aria-hidden />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value.trim());
      }}
    />
  );
}
