import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { RangePicker } from "../../../ui/RangePicker";
import { SearchField } from "../../../ui/SearchField";
import classes from "./audit.module.css";
import { type AuditChoices, choicesQuery } from "./queries";
import { type AuditSearch, PRESET_DAYS, presetOf, rangeOf } from "./search";

const ROWS = ["created", "changed", "deleted"];
const TYPING_MS = 300;

/** When, what, about what, from where, and by whom; all of it stands in the address. */
export function AuditFilters({
  search,
  today,
  onChange,
}: {
  search: AuditSearch;
  today: string;
  onChange: (part: Partial<AuditSearch>) => void;
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
      <AddressField
        key={search.address ?? ""}
        value={search.address ?? ""}
        onSearch={(address) => onChange({ address: address || undefined })}
      />
      <div className={classes.text}>
        <SearchField
          key={search.q ?? ""}
          label="Search what was done, what it is about, and who"
          placeholder="Name, address or act"
          value={search.q ?? ""}
          onSearch={(q) => onChange({ q: q || undefined })}
        />
      </div>
      {search.actor !== undefined && (
        <Button variant="light" size="xs" onClick={() => onChange({ actor: undefined })}>
          Account {search.actor} alone: show all
        </Button>
      )}
    </search>
  );
}

function AddressField({ value, onSearch }: { value: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState(value);
  const search = useDebouncedCallback(onSearch, TYPING_MS);
  return (
    <TextInput
      label="From where"
      placeholder="IP address"
      className={classes.address}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value.trim());
      }}
    />
  );
}

function actChoices(data: AuditChoices | undefined) {
  return [
    {
      group: "rows",
      items: ROWS.map((act) => ({ value: act, label: `A row was ${act}` })),
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
