import { useQuery } from "@tanstack/react-query";
import { counted } from "../../ui/numbers";
import { Pages } from "../../ui/Pages";
import { ScrollRegion } from "../../ui/ScrollRegion";
import { Section } from "../Section";
import section from "../Section.module.css";
import { Filters } from "./Filters";
import { IdentityList } from "./IdentityList";
import classes from "./people.module.css";
import { type Person, peopleQuery } from "./queries";
import { PAGE_SIZE, type PeopleSearch } from "./search";
import type { ChangePeople } from "./usePeopleSearch";

/** Everybody who is known, with what they are called outside and the teams they are in today. */
export function PeopleTab({ search, onChange }: { search: PeopleSearch; onChange: ChangePeople }) {
  const page = search.page ?? 1;
  const show = search.show === "departed" || search.show === "no_team" ? search.show : "all";
  const query = useQuery(peopleQuery({ search: search.q ?? "", show, page, page_size: PAGE_SIZE }));
  return (
    <Section
      title="People"
      query={query}
      about={(data) => counted(data.total, "person", "people")}
      tools={
        <Filters
          of="people"
          which="Which people"
          show={show}
          choices={[
            { value: "all", label: "All" },
            { value: "no_team", label: "In no team" },
            { value: "departed", label: "Departed" },
          ]}
          words="name, login or address"
          search={search}
          onChange={onChange}
        />
      }
    >
      {(data) =>
        data.items.length === 0 ? (
          <p className={section.none}>
            {search.q || show !== "all"
              ? "Nobody is like that."
              : "Nobody is known yet: people come with teams, and from accounts that match."}
          </p>
        ) : (
          <>
            <People of={data.items} />
            <Pages
              page={page}
              size={PAGE_SIZE}
              total={data.total}
              onPage={(to) => onChange({ page: to })}
            />
          </>
        )
      }
    </Section>
  );
}

function People({ of }: { of: Person[] }) {
  return (
    <ScrollRegion className={classes.scroll} label="People and what they are called">
      <table className={classes.table}>
        <caption>People and what they are called</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Known as</th>
            <th scope="col">Teams today</th>
            <th scope="col" data-wide>
              Account here
            </th>
          </tr>
        </thead>
        <tbody>
          {of.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                {one.name}
                {one.departed && <div className={classes.where}>departed</div>}
              </th>
              <td>
                <IdentityList of={one.identities} />
              </td>
              <td>{one.teams.map((team) => team.name).join(", ") || "–"}</td>
              <td data-wide>{one.signs_in ? "yes" : one.departed ? "closed" : "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
