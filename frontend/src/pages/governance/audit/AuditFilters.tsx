import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { RangePicker } from "../../../ui/RangePicker";
import { SearchField } from "../../../ui/SearchField";
import type { ChangeSearch } from "../../filters/search";
import classes from "./audit.module.css";
import { type AuditChoices, choicesQuery } from "./queries";
import { type AuditSearch, PRESET_DAYS, presetOf, rangeOf } from "./search";
import { ROW_ACTS } from "./words";

/** When, what, about what, from where, and by whom; all of it stands in the address. */
export function AuditFilters({
  search,
  today,
  actor,
  onChange,
}: {
  search: AuditSearch;
  today: string;
  /** Whose acts alone are shown; undefined: everybody's. */
  actor: string | undefined;
  onChange: ChangeSearch<AuditSearch>;
}) {
  const { data } = useQuery(choicesQuery);
  return (
    <search className={`${classes.filters} no-print`} aria-label="Filters of the log">
      <RangePicker
        presets={PRESET_DAYS}
        preset={presetOf(search)}
        range={rangeOf(search, today)}
        today={today}
        onPreset={(last) => onChange({ last, from: undefined, to: undefined })}
        onRange={({ from, to }) => onChange({ from, to, last: undefined })}
      />
      <Select
        label="What was done"
        placeholder="Anything"
        className={classes.choice}
        clearable
        searchable
        data={actChoices(data)}
        value={search.group ? `group:${search.group}` : (search.act ?? null)}
        onChange={(chosen) =>
          onChange(
            chosen?.startsWith("group:")
              ? { group: chosen.slice("group:".length), act: undefined }
              : { act: chosen ?? undefined, group: undefined },
          )
        }
      />
      <Select
        label="About"
        placeholder="Any kind of thing"
        className={classes.choice}
        clearable
        searchable
        data={data?.kinds.map(({ id, name }) => ({ value: String(id), label: name })) ?? []}
        value={search.kind === undefined ? null : String(search.kind)}
        onChange={(chosen) => onChange({ kind: chosen === null ? undefined : Number(chosen) })}
      />
      <SearchField
        labelled
        className={classes.address}
        label="From where"
        placeholder="IP address"
        value={search.address ?? ""}
        onSearch={(address) => onChange({ address: address || undefined }, { replace: true })}
      />
      <SearchField
        labelled
        className={classes.text}
        label="Search"
        placeholder="Name, address or act"
        value={search.q ?? ""}
        onSearch={(q) => onChange({ q: q || undefined }, { replace: true })}
      />
      {actor !== undefined && (
        <Button variant="light" onClick={() => onChange({ actor: undefined })}>
          Only {actor}: show all
        </Button>
      )}
    </search>
  );
}

function actChoices(data: AuditChoices | undefined) {
  return [
    {
      group: "rows",
      items: ROW_ACTS.map((act) => ({ value: act, label: `A row was ${act}` })),
    },
    ...(data?.groups ?? []).map(({ group, acts }) => ({
      group,
      items: [
        { value: `group:${group}`, label: `All of ${group}` },
        ...acts.map(({ act, says }) => ({ value: act, label: says })),
      ],
    })),
  ];
}
