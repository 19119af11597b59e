import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Failure } from "../../ui/Message";
import { counted } from "../../ui/numbers";
import { Pages } from "../../ui/Pages";
import { failureOf } from "../failure";
import { Section } from "../Section";
import section from "../Section.module.css";
import { IdentityList } from "./IdentityList";
import { Merges } from "./Merges";
import { howLikely } from "./names";
import classes from "./people.module.css";
import { answerOffer, type Offer, offersQuery, PEOPLE_KEY } from "./queries";
import { PAGE_SIZE, type PeopleSearch } from "./search";
import type { ChangePeople } from "./usePeopleSearch";

/** What may be one person, for yes or no, and what was put together so far. */
export function MatchesTab({
  search,
  timeZone,
  onChange,
}: {
  search: PeopleSearch;
  timeZone: string;
  onChange: ChangePeople;
}) {
  return (
    <>
      <Offers page={search.page ?? 1} onChange={onChange} />
      <Merges
        page={search.merges ?? 1}
        timeZone={timeZone}
        onPage={(merges) => onChange({ merges })}
      />
    </>
  );
}

function Offers({ page, onChange }: { page: number; onChange: ChangePeople }) {
  const query = useQuery(offersQuery({ page, page_size: PAGE_SIZE }));
  const client = useQueryClient();
  const list = useRef<HTMLUListElement>(null);
  const answer = useMutation({
    mutationFn: ({ offer, accept }: { offer: Offer; accept: boolean; place: number }) =>
      answerOffer({ id: offer.id, accept }),
    onSuccess: () => client.invalidateQueries({ queryKey: PEOPLE_KEY }),
  });
  const answered = answer.isSuccess ? answer.variables : null;
  // The keyboard goes on with the offer that has come to this place.
  useEffect(() => {
    if (answered === null) return;
    const left = list.current?.querySelectorAll<HTMLElement>("[data-accept]");
    left?.[Math.min(answered.place, left.length - 1)]?.focus();
  }, [answered]);
  return (
    <Section
      title="Likely matches"
      query={query}
      about={(data) =>
        `${counted(data.total, "match", "matches")} to be judged. What is certain is matched by itself.`
      }
    >
      {(data) => (
        <>
          <p className={classes.done} role="status">
            {answered && told(answered)}
          </p>
          {answer.error && (
            <Failure {...failureOf(answer.error)} onRetry={() => answer.mutate(answer.variables)} />
          )}
          {data.items.length === 0 ? (
            <p className={section.none}>Nothing is left to be judged.</p>
          ) : (
            <ul className={classes.offers} ref={list}>
              {data.items.map((offer, place) => (
                <OfferItem
                  key={offer.id}
                  of={offer}
                  busy={answer.isPending}
                  onAnswer={
                    data.may_answer ? (accept) => answer.mutate({ offer, accept, place }) : null
                  }
                />
              ))}
            </ul>
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

function told({ offer, accept }: { offer: Offer; accept: boolean }): string {
  return accept
    ? `${both(offer)} are one person now. It can be undone below.`
    : `${both(offer)} are two people, and are not offered again.`;
}

function nameOf(side: Offer["sides"][number] | undefined): string {
  return side?.person ?? side?.identities[0]?.login ?? "";
}

function both({ sides }: Offer): string {
  return `${nameOf(sides[0])} and ${nameOf(sides[1])}`;
}

function OfferItem({
  of,
  busy,
  onAnswer,
}: {
  of: Offer;
  busy: boolean;
  onAnswer: ((accept: boolean) => void) | null;
}) {
  return (
    <li className={classes.offer}>
      {of.sides.map((side) => (
        <div key={side.identities[0]?.id}>
          <p className={classes.name}>{side.person ?? "Nobody's yet"}</p>
          <IdentityList of={side.identities} />
        </div>
      ))}
      <div>
        <p className={classes.name}>
          {howLikely(of.strength)} ({of.strength} of 100)
        </p>
        <ul className={classes.identities}>
          {of.evidence.map(({ kind, text }) => (
            <li key={kind}>
              {kind}: <span className={classes.where}>{text}</span>
            </li>
          ))}
        </ul>
      </div>
      {onAnswer && (
        <div className={classes.buttons}>
          <Button
            size="compact-xs"
            data-accept
            disabled={busy}
            aria-label={`Accept: ${both(of)} are one person`}
            onClick={() => onAnswer(true)}
          >
            Accept
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            disabled={busy}
            aria-label={`Refuse: ${both(of)} are two people`}
            onClick={() => onAnswer(false)}
          >
            Refuse
          </Button>
        </div>
      )}
    </li>
  );
}
