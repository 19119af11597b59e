import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type DataColumn, DataTable, RowName } from "../../../ui/DataTable";
import { DetailDrawer, DetailSection } from "../../../ui/DetailDrawer";
import drawer from "../../../ui/DetailDrawer.module.css";
import { dateTime, fullDay } from "../../../ui/dates";
import { NoRows } from "../../../ui/TableSection";
import { useChange } from "../../filters/useChange";
import { Section } from "../../Section";
import classes from "./assessments.module.css";
import { Proofs } from "./Proofs";
import { type Assessment, assessmentQuery, type Requirement } from "./queries";
import { VERDICTS } from "./search";
import { Todo } from "./Todo";
import { VerdictSign, wordOf } from "./Verdict";

const route = getRouteApi("/governance/assessments");

/** One assessment: how it came out, and each requirement with what shows it. */
export function Read({ number, zone }: { number: number; zone: string }) {
  const search = route.useSearch();
  const change = useChange(route.useNavigate());
  const query = useQuery(assessmentQuery(number));
  const open = (requirement: string | undefined) => change({ requirement });
  return (
    <Section
      title={`Requirements, as of number ${number}`}
      query={query}
      about={(told) => seen(told, zone)}
    >
      {(told) => {
        const shown = told.requirements.filter(
          ({ verdict, id }) =>
            (!search.verdict || verdict === search.verdict) &&
            (!search.chapter || id.startsWith(`${search.chapter}.`)),
        );
        return (
          <>
            <ul className={classes.counts}>
              {VERDICTS.map((verdict) => (
                <li key={verdict}>
                  <button
                    type="button"
                    className={classes.count}
                    aria-pressed={search.verdict === verdict}
                    onClick={() =>
                      change({ verdict: search.verdict === verdict ? undefined : verdict })
                    }
                  >
                    <strong>{told.counts[verdict] ?? 0}</strong> {wordOf(verdict)}
                  </button>
                </li>
              ))}
            </ul>
            <Changes of={told} />
            <Select
              aria-label="Chapter"
              size="xs"
              mb={12}
              maw={360}
              data={chapters(told)}
              value={search.chapter ?? ""}
              allowDeselect={false}
              onChange={(chapter) => change({ chapter: chapter || undefined })}
            />
            {shown.length > 0 ? (
              <DataTable
                label="Requirements"
                columns={columns(open)}
                rows={shown}
                rowKey={({ id }) => id}
                stale={false}
                onOpen={({ id }) => open(id)}
              />
            ) : (
              <NoRows>No requirement is like that.</NoRows>
            )}
            <RequirementDrawer
              of={told.requirements.find(({ id }) => id === search.requirement)}
              onClose={() => open(undefined)}
            />
          </>
        );
      }}
    </Section>
  );
}

function seen({ assessed_at, running, build_made_at }: Assessment, zone: string): string {
  const release = running ? `release ${running}` : "a build of its own";
  const build = build_made_at ? "with" : "without";
  return `${dateTime(assessed_at, zone)}, of ${release}, ${build} results of its tests.`;
}

function Changes({ of }: { of: Assessment }) {
  if (of.compared_with === null) return <p className={classes.text}>It is the first one.</p>;
  if (of.changes.length === 0)
    return <p className={classes.text}>Nothing changed since number {of.compared_with}.</p>;
  return (
    <details className={classes.text}>
      <summary>
        {of.changes.length} changed since number {of.compared_with}
      </summary>
      <ul>
        {of.changes.map(({ id, was, now }) => (
          <li key={id}>
            {id}: {was ? wordOf(was).toLowerCase() : "not assessed"} → {wordOf(now).toLowerCase()}
          </li>
        ))}
      </ul>
    </details>
  );
}

function chapters({ requirements }: Assessment) {
  const names = [...new Set(requirements.map(({ chapter }) => chapter))];
  return [
    { value: "", label: "All chapters" },
    ...names.map((name) => ({ value: name.split(" ")[0] ?? name, label: name })),
  ];
}

function columns(onOpen: (id: string) => void): DataColumn<Requirement>[] {
  return [
    {
      name: "Requirement",
      narrow: true,
      cell: ({ id, level }) => (
        <RowName name={id} where={`Level ${level}`} onOpen={() => onOpen(id)} />
      ),
    },
    { name: "Verdict", narrow: true, cell: ({ verdict }) => <VerdictSign of={verdict} /> },
    {
      name: "What it demands",
      cell: ({ text }) => <span className={classes.cell}>{text}</span>,
    },
  ];
}

function RequirementDrawer({ of, onClose }: { of: Requirement | undefined; onClose: () => void }) {
  return (
    <DetailDrawer title="Requirement" width={600} onClose={onClose}>
      {of && (
        <>
          <h2 className={drawer.title}>{of.id}</h2>
          <p className={drawer.where}>
            {of.section}, level {of.level}
            {of.cwe && `, CWE-${of.cwe}`}
          </p>
          <p>
            <VerdictSign of={of.verdict} />
          </p>
          <Todo reason={of.reason} todo={of.todo} />
          <DetailSection title="What it demands">
            <p className={classes.text}>{of.text}</p>
          </DetailSection>
          <DetailSection title="How it is met">
            <p className={classes.text}>{of.says}</p>
            {of.stated && (
              <p className={classes.text}>
                Stated on {fullDay(of.stated)}, in {of.document}.
              </p>
            )}
          </DetailSection>
          {of.proofs.length > 0 && (
            <DetailSection title="What shows it">
              <Proofs of={of.proofs} />
            </DetailSection>
          )}
        </>
      )}
    </DetailDrawer>
  );
}
