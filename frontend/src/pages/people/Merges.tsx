import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { dateTime } from "../../ui/dates";
import { Failure } from "../../ui/Message";
import { counted } from "../../ui/numbers";
import { Pages } from "../../ui/Pages";
import { ScrollRegion } from "../../ui/ScrollRegion";
import { failureOf } from "../failure";
import { Section } from "../Section";
import section from "../Section.module.css";
import { REASONS } from "./names";
import classes from "./people.module.css";
import { type Merge, mergesQuery, PEOPLE_KEY, undoMerge } from "./queries";
import { PAGE_SIZE } from "./search";

/** What was put together, by whom and why, and the way back. */
export function Merges({
  page,
  timeZone,
  onPage,
}: {
  page: number;
  timeZone: string;
  onPage: (page: number | undefined) => void;
}) {
  const query = useQuery(mergesQuery({ page, page_size: PAGE_SIZE }));
  const client = useQueryClient();
  const undo = useMutation({
    mutationFn: undoMerge,
    onSuccess: () => client.invalidateQueries({ queryKey: PEOPLE_KEY }),
  });
  return (
    <Section
      title="Merges"
      query={query}
      about={(data) => `${counted(data.total, "merge")}, the latest first`}
    >
      {(data) => (
        <>
          {undo.error && (
            <Failure
              {...failureOf(undo.error)}
              onRetry={() => undo.variables !== undefined && undo.mutate(undo.variables)}
            />
          )}
          {data.items.length === 0 ? (
            <p className={section.none}>Nothing was merged yet.</p>
          ) : (
            <ScrollRegion className={classes.scroll} label="Merges">
              <table className={classes.table}>
                <caption>Merges</caption>
                <thead>
                  <tr>
                    <th scope="col">Person</th>
                    <th scope="col">What was moved</th>
                    <th scope="col">Why</th>
                    <th scope="col">When</th>
                    <th scope="col">Undo</th>
                  </tr>
                </thead>
                <tbody>
                  {data.items.map((one) => (
                    <tr key={one.id}>
                      <th scope="row">{one.person ?? "–"}</th>
                      <td>{[...one.persons, ...one.identities].join(", ")}</td>
                      <td>{why(one)}</td>
                      <td>{dateTime(one.merged_at, timeZone)}</td>
                      <td>
                        {one.undone_at !== null
                          ? `undone ${dateTime(one.undone_at, timeZone)}${by(one.undone_by)}`
                          : data.may_undo && (
                              <Button
                                size="compact-xs"
                                variant="default"
                                disabled={undo.isPending}
                                aria-label={`Undo the merge of ${one.person ?? one.id}`}
                                onClick={() => undo.mutate(one.id)}
                              >
                                Undo
                              </Button>
                            )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </ScrollRegion>
          )}
          <Pages page={page} size={PAGE_SIZE} total={data.total} onPage={onPage} />
        </>
      )}
    </Section>
  );
}

function by(who: string | null): string {
  return who ? ` by ${who}` : "";
}

function why(one: Merge): string {
  const evidence = one.evidence.map(({ kind, text }) => `${kind} (${text})`).join(", ");
  return `${REASONS[one.reason]}${by(one.acting_user)}${evidence && `: ${evidence}`}`;
}
