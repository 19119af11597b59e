import { Button, Progress } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { meQuery } from "../../../api/queries";
import { type DataColumn, DataTable, RowName } from "../../../ui/DataTable";
import { DetailDrawer } from "../../../ui/DetailDrawer";
import { dateTime } from "../../../ui/dates";
import { count, counted } from "../../../ui/numbers";
import { Pages } from "../../../ui/Pages";
import { NoRows } from "../../../ui/TableSection";
import { useChange } from "../../filters/useChange";
import { Section } from "../../Section";
import { AskForm } from "./AskForm";
import { CertificateView } from "./CertificateView";
import { ErasureDetail } from "./ErasureDetail";
import classes from "./erasures.module.css";
import { KINDS, nameOf, percentDone, STATES } from "./names";
import { type Erasure, erasuresQuery } from "./queries";
import { PAGE_SIZE } from "./search";

const route = getRouteApi("/governance/erasures");
const WIDTH = 560;

/** What was asked to be erased, how far each came, and the form to ask for another. */
export default function ErasuresPart() {
  const { data: me } = useSuspenseQuery(meQuery);
  const search = route.useSearch();
  const change = useChange(route.useNavigate());
  const open = (erasure: number) => change({ erasure, ask: undefined });
  const page = search.page ?? 1;
  const query = useQuery(erasuresQuery({ page, page_size: PAGE_SIZE }));
  const timeZone = me.organisation.time_zone;
  if (search.certificate !== undefined) {
    return (
      <CertificateView
        id={search.certificate}
        timeZone={timeZone}
        onBack={() => change({ certificate: undefined })}
      />
    );
  }
  return (
    <>
      <Section
        title="Erasures"
        query={query}
        about={(data) =>
          [
            `${counted(data.total, "request")}. Nothing goes before a second person has approved it.`,
            data.why_not_asked,
          ]
            .filter(Boolean)
            .join(" ")
        }
        tools={
          query.data?.may_ask && (
            <Button size="xs" onClick={() => change({ ask: true, erasure: undefined })}>
              Ask for an erasure
            </Button>
          )
        }
      >
        {(data) =>
          data.items.length === 0 ? (
            <NoRows>
              Nothing was asked to be erased so far.
              {data.may_ask && " Ask for one above: you see what would go before anything does."}
            </NoRows>
          ) : (
            <>
              <DataTable
                label="Erasures"
                columns={columns(timeZone, open)}
                rows={data.items}
                rowKey={({ id }) => id}
                stale={query.isPlaceholderData}
                onOpen={({ id }) => open(id)}
              />
              <Pages
                page={page}
                size={PAGE_SIZE}
                total={data.total}
                onPage={(to) => change({ page: to })}
              />
            </>
          )
        }
      </Section>
      <DetailDrawer
        title={search.ask ? "Ask for an erasure" : "Erasure"}
        width={WIDTH}
        onClose={() => change({ ask: undefined, erasure: undefined })}
      >
        {search.ask ? (
          <AskForm onDone={(made) => change({ ask: undefined, erasure: made.id })} />
        ) : search.erasure !== undefined ? (
          <ErasureDetail
            key={search.erasure}
            id={search.erasure}
            timeZone={timeZone}
            onCertificate={(certificate) => change({ certificate, erasure: undefined })}
          />
        ) : undefined}
      </DetailDrawer>
    </>
  );
}

function columns(timeZone: string, onOpen: (id: number) => void): DataColumn<Erasure>[] {
  return [
    {
      name: "What",
      narrow: true,
      cell: (one) => (
        <RowName name={nameOf(one)} where={KINDS[one.kind]} onOpen={() => onOpen(one.id)} />
      ),
    },
    {
      name: "State",
      narrow: true,
      cell: (one) => (
        <>
          <span className={classes.state} data-state={one.state}>
            {STATES[one.state]}
          </span>
          {one.state === "running" && <Bar of={one} />}
        </>
      ),
    },
    {
      name: "Rows",
      numeric: true,
      cell: (one) => count(one.state === "finished" ? one.rows_done : one.rows_expected),
    },
    { name: "Asked", cell: (one) => dateTime(one.asked.at, timeZone) },
    { name: "By", cell: (one) => one.asked.by ?? "–" },
  ];
}

export function Bar({ of }: { of: Erasure }) {
  const done = percentDone(of);
  return (
    <div className={classes.bar}>
      <Progress value={done} size={6} aria-label={`Erased of ${nameOf(of)}`} />
      <span>{done} %</span>
    </div>
  );
}
