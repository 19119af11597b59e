import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { meQuery } from "../../../api/queries";
import { type DataColumn, DataTable, RowName } from "../../../ui/DataTable";
import { DetailDrawer, DetailSection } from "../../../ui/DetailDrawer";
import drawer from "../../../ui/DetailDrawer.module.css";
import { dateTime } from "../../../ui/dates";
import { useChange } from "../../filters/useChange";
import { Section } from "../../Section";
import classes from "../assessments/assessments.module.css";
import { Proofs } from "../assessments/Proofs";
import { type Promised, type Proof, promisesQuery } from "../assessments/queries";
import { Todo } from "../assessments/Todo";
import { VerdictSign } from "../assessments/Verdict";

const route = getRouteApi("/governance/overview");
const FROM = { live: "inside", host: "host", build: "build" } as const;

/** Where auditors begin: what is promised, what shows it, when that was last looked at, and how it came out. */
export default function OverviewPart() {
  const { data: me } = useSuspenseQuery(meQuery);
  const zone = me.organisation.time_zone;
  const { promise: chosen } = route.useSearch();
  const change = useChange(route.useNavigate());
  const query = useQuery(promisesQuery);
  const open = (promise: string | undefined) => change({ promise });
  return (
    <Section
      title="Promises"
      query={query}
      about={({ assessed_at, number }) =>
        assessed_at ? (
          <>
            Looked at on {dateTime(assessed_at, zone)}, by{" "}
            <Link
              to="/governance/assessments"
              search={{ number: number ?? undefined }}
              className={classes.link}
            >
              self-assessment {number}
            </Link>
            .
          </>
        ) : (
          <>
            Nothing was looked at yet: the first{" "}
            <Link to="/governance/assessments" className={classes.link}>
              self-assessment
            </Link>{" "}
            does so.
          </>
        )
      }
    >
      {({ items, assessed_at }) => (
        <>
          <DataTable
            label="What is promised"
            columns={columns(assessed_at, zone, open)}
            rows={items}
            rowKey={({ key }) => key}
            stale={false}
            onOpen={({ key }) => open(key)}
          />
          <p className={classes.statement}>
            Documents for reviewers: <a href="/docs/security/whitepaper.md">whitepaper</a>,{" "}
            <a href="/docs/security/threat-model.md">threat model</a>,{" "}
            <a href="/docs/security/data-flow.md">data flow</a>,{" "}
            <a href="/docs/security/checklists.md">checklists</a>,{" "}
            <a href="/docs/security/updates.md">updates</a>.
          </p>
          <PromiseDrawer
            of={items.find(({ key }) => key === chosen)}
            onClose={() => open(undefined)}
          />
        </>
      )}
    </Section>
  );
}

function columns(
  at: string | null,
  zone: string,
  onOpen: (key: string) => void,
): DataColumn<Promised>[] {
  return [
    {
      name: "Promise",
      narrow: true,
      cell: ({ key, promise, how }) => (
        <RowName name={promise} where={how} onOpen={() => onOpen(key)} />
      ),
    },
    { name: "Result", narrow: true, cell: ({ verdict }) => <VerdictSign of={verdict} /> },
    { name: "Proofs", cell: ({ proofs }) => counted(proofs) },
    { name: "Last looked at", cell: () => (at ? dateTime(at, zone) : "–") },
  ];
}

/** So many of each kind, such as "3 build, 2 host". */
function counted(proofs: Proof[]): string {
  const sources = Object.keys(FROM) as (keyof typeof FROM)[];
  return (
    sources
      .map((source) => [proofs.filter((one) => one.source === source).length, FROM[source]])
      .filter(([number]) => number !== 0)
      .map(([number, from]) => `${number} ${from}`)
      .join(", ") || "–"
  );
}

function PromiseDrawer({ of, onClose }: { of: Promised | undefined; onClose: () => void }) {
  return (
    <DetailDrawer title="Promise" width={600} onClose={onClose}>
      {of && (
        <>
          <h2 className={drawer.title}>{of.promise}</h2>
          <p className={drawer.where}>{of.how}</p>
          <p>
            <VerdictSign of={of.verdict} />
          </p>
          <Todo reason={of.reason} todo={of.todo} />
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
