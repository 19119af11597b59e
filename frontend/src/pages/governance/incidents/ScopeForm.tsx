import { MultiSelect, TextInput } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { meQuery } from "../../../api/queries";
import { DetailSkeleton } from "../../../ui/DetailDrawer";
import { Failure } from "../../../ui/Message";
import { ChangeForm } from "../../ChangeForm";
import { failureOf } from "../../failure";
import { choicesQuery, type Detail, scope, useIncidentChange } from "./queries";
import { fieldOf, instantOf } from "./times";

/** What was, or may have been, exposed. */
export function ScopeForm({
  of,
  onDone,
  onCancel,
}: {
  of: Detail;
  onDone: (made: Detail) => void;
  onCancel: () => void;
}) {
  const { data: me } = useSuspenseQuery(meQuery);
  const timeZone = me.organisation.time_zone;
  const { data, error, refetch } = useQuery(choicesQuery);
  const shown = (instant: string | null) => (instant ? fieldOf(instant, timeZone) : "");
  const [start, setStart] = useState(shown(of.exposed_from));
  const [end, setEnd] = useState(shown(of.exposed_until));
  const [areas, setAreas] = useState<string[]>([]);
  const [tables, setTables] = useState(of.exposed_tables);
  const [connections, setConnections] = useState(of.exposed_connections.map(String));
  const [accounts, setAccounts] = useState(of.exposed_accounts.map(String));
  const send = useIncidentChange(
    () =>
      scope(of.id, {
        start: start ? instantOf(start, timeZone) : null,
        end: end ? instantOf(end, timeZone) : null,
        areas,
        tables,
        connections: connections.map(Number),
        accounts: accounts.map(Number),
      }),
    onDone,
  );
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (data === undefined) return <DetailSkeleton />;
  const named = (all: { id: number; name: string }[]) =>
    all.map(({ id, name }) => ({ value: String(id), label: name }));
  return (
    <ChangeForm
      title="What was exposed"
      act="Save and count"
      busy={send.isPending}
      error={send.error}
      onSubmit={() => send.mutate(undefined)}
      onCancel={onCancel}
    >
      <p>
        All of what is chosen counts, so that numbers are upper bounds. The period tells who acted,
        read and exported, from the audit log.
      </p>
      <TextInput
        label="From"
        type="datetime-local"
        value={start}
        onChange={(event) => setStart(event.currentTarget.value)}
      />
      <TextInput
        label="Until"
        description="Empty: it goes on."
        type="datetime-local"
        value={end}
        onChange={(event) => setEnd(event.currentTarget.value)}
      />
      <MultiSelect
        label="Areas of data"
        searchable
        data={data.areas.map(({ key, name }) => ({ value: key, label: name }))}
        value={areas}
        onChange={setAreas}
      />
      <MultiSelect
        label="Single tables"
        searchable
        data={[...new Set([...data.areas.flatMap((area) => area.tables), ...tables])]}
        value={tables}
        onChange={setTables}
      />
      <MultiSelect
        label="Connections"
        searchable
        data={named(data.connections)}
        value={connections}
        onChange={setConnections}
      />
      <MultiSelect
        label="Accounts"
        searchable
        data={named(data.accounts)}
        value={accounts}
        onChange={setAccounts}
      />
    </ChangeForm>
  );
}
