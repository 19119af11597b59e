import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Failure } from "../../ui/Message";
import { counted } from "../../ui/numbers";
import { Pages } from "../../ui/Pages";
import { ScrollRegion } from "../../ui/ScrollRegion";
import { failureOf } from "../failure";
import { Section } from "../Section";
import section from "../Section.module.css";
import { Filters } from "./Filters";
import { KINDS } from "./names";
import classes from "./people.module.css";
import { identitiesQuery, markBot, type OwnedIdentity, PEOPLE_KEY } from "./queries";
import { PAGE_SIZE, type PeopleSearch } from "./search";
import type { ChangePeople } from "./usePeopleSearch";

type Shown = "bots" | "by_hand" | "unmatched" | "all";

/** Which accounts are bots, by the rules or by a person's word. */
export function BotsTab({ search, onChange }: { search: PeopleSearch; onChange: ChangePeople }) {
  const page = search.page ?? 1;
  const show: Shown =
    search.show === "by_hand" || search.show === "unmatched" || search.show === "all"
      ? search.show
      : "bots";
  const query = useQuery(
    identitiesQuery({ search: search.q ?? "", show, page, page_size: PAGE_SIZE }),
  );
  const client = useQueryClient();
  const mark = useMutation({
    mutationFn: markBot,
    onSuccess: () => client.invalidateQueries({ queryKey: PEOPLE_KEY }),
  });
  return (
    <Section
      title="Accounts and bots"
      query={query}
      about={(data) =>
        `${counted(data.total, "account or address", "accounts and addresses")}. Bots are in no figure of people.`
      }
      tools={
        <Filters
          of="accounts"
          which="Which accounts"
          show={show}
          choices={[
            { value: "bots", label: "Bots" },
            { value: "by_hand", label: "By hand" },
            { value: "unmatched", label: "Nobody's" },
            { value: "all", label: "All" },
          ]}
          words="login, address or name"
          search={search}
          onChange={onChange}
        />
      }
    >
      {(data) => (
        <>
          {mark.error && (
            <Failure {...failureOf(mark.error)} onRetry={() => mark.mutate(mark.variables)} />
          )}
          {data.items.length === 0 ? (
            <p className={section.none}>
              {search.q ? "No account is like that." : "There is none."}
            </p>
          ) : (
            <ScrollRegion className={classes.scroll} label="Accounts and bots">
              <table className={classes.table}>
                <caption>Accounts and bots</caption>
                <thead>
                  <tr>
                    <th scope="col">Known as</th>
                    <th scope="col" data-wide>
                      Where
                    </th>
                    <th scope="col">Person</th>
                    <th scope="col">Bot</th>
                    {data.may_mark && <th scope="col">Change</th>}
                  </tr>
                </thead>
                <tbody>
                  {data.items.map((one) => (
                    <tr key={one.id}>
                      <th scope="row">{one.login}</th>
                      <td data-wide>
                        {KINDS[one.kind]}, {one.connection}
                      </td>
                      <td>{one.person ?? "–"}</td>
                      <td>{marked(one)}</td>
                      {data.may_mark && (
                        <td>
                          <Marking
                            of={one}
                            busy={mark.isPending}
                            onMark={(isBot) => mark.mutate({ id: one.id, isBot })}
                          />
                        </td>
                      )}
                    </tr>
                  ))}
                </tbody>
              </table>
            </ScrollRegion>
          )}
          <Pages
            page={page}
            size={PAGE_SIZE}
            total={data.total}
            onPage={(to) => onChange({ page: to })}
          />
        </>
      )}
    </Section>
  );
}

function marked(one: OwnedIdentity): string {
  return `${one.is_bot ? "bot" : "no bot"}, ${one.is_bot_by_hand ? "by hand" : "by rule"}`;
}

function Marking({
  of,
  busy,
  onMark,
}: {
  of: OwnedIdentity;
  busy: boolean;
  onMark: (isBot: boolean | null) => void;
}) {
  const word = of.is_bot ? "No bot" : "Is a bot";
  return (
    <div className={classes.buttons}>
      <Button
        size="compact-xs"
        variant="default"
        disabled={busy}
        aria-label={`${word}: ${of.login}`}
        onClick={() => onMark(!of.is_bot)}
      >
        {word}
      </Button>
      {of.is_bot_by_hand && (
        <Button
          size="compact-xs"
          variant="default"
          disabled={busy}
          aria-label={`As the rules say: ${of.login}`}
          onClick={() => onMark(null)}
        >
          By rule
        </Button>
      )}
    </div>
  );
}
