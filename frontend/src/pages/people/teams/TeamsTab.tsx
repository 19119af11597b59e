import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { fullDay } from "../../../ui/dates";
import { count, counted } from "../../../ui/numbers";
import { ScrollRegion } from "../../../ui/ScrollRegion";
import { SearchField } from "../../../ui/SearchField";
import { Section } from "../../Section";
import section from "../../Section.module.css";
import table from "../people.module.css";
import type { PeopleSearch } from "../search";
import type { ChangePeople } from "../usePeopleSearch";
import { PlaceForm } from "./PlaceForm";
import { teamsQuery } from "./queries";
import { TeamDrawer } from "./TeamDrawer";
import classes from "./teams.module.css";
import { type Branch, found, inOrder } from "./tree";
import { SOURCES } from "./types";

const INDENT = 20;
/** A phone has no room for more. */
const DEEPEST_INDENT = 4;

/** The tree of teams that the viewer sees: who keeps each, how many are in it, when it works. */
export function TeamsTab({ search, onChange }: { search: PeopleSearch; onChange: ChangePeople }) {
  const query = useQuery(teamsQuery);
  const [adding, setAdding] = useState(false);
  const add = useRef<HTMLButtonElement>(null);
  const cancel = () => {
    setAdding(false);
    add.current?.focus();
  };
  return (
    <Section
      title="Teams"
      query={query}
      about={({ items }) => counted(items.length, "team")}
      tools={
        <div className={`${classes.tools} no-print`}>
          <SearchField
            value={search.q ?? ""}
            label="Search teams"
            placeholder="Name of a team"
            onSearch={(q) => onChange({ q: q || undefined })}
          />
          {query.data?.may_change && (
            <Button ref={add} size="xs" variant="default" onClick={() => setAdding(true)}>
              Add a team …
            </Button>
          )}
        </div>
      }
    >
      {({ items, may_change }) => {
        const shown = found(inOrder(items), search.q ?? "");
        return (
          <>
            {adding && (
              <div className={classes.adding}>
                <PlaceForm
                  teams={items}
                  onDone={(_, team) => {
                    setAdding(false);
                    onChange({ team });
                  }}
                  onCancel={cancel}
                />
              </div>
            )}
            {shown.length === 0 ? (
              <p className={section.none}>
                {search.q ? "No team is called so." : "There is no team yet."}
              </p>
            ) : (
              <Tree of={shown} onOpen={(team) => onChange({ team })} />
            )}
            <TeamDrawer
              team={items.find(({ slug }) => slug === search.team)}
              teams={items}
              mayChange={may_change}
              onClose={() => onChange({ team: undefined })}
            />
          </>
        );
      }}
    </Section>
  );
}

function Tree({ of, onOpen }: { of: Branch[]; onOpen: (slug: string) => void }) {
  return (
    <ScrollRegion className={table.scroll} label="The tree of teams">
      <table className={table.table}>
        <caption>The tree of teams</caption>
        <thead>
          <tr>
            <th scope="col">Team</th>
            <th scope="col">Kept by</th>
            <th scope="col" data-numeric>
              People
            </th>
            <th scope="col" data-numeric data-wide>
              With those below
            </th>
            <th scope="col" data-wide>
              Works
            </th>
            <th scope="col" data-wide>
              Holidays
            </th>
          </tr>
        </thead>
        <tbody>
          {of.map((team) => (
            <Row key={team.slug} team={team} onOpen={() => onOpen(team.slug)} />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function Row({ team, onOpen }: { team: Branch; onOpen: () => void }) {
  const { calendar } = team;
  return (
    <tr>
      <th scope="row" style={{ paddingInlineStart: Math.min(team.depth, DEEPEST_INDENT) * INDENT }}>
        <button type="button" className={classes.name} onClick={onOpen}>
          {team.name}
        </button>
        {team.ended_on && <span className={classes.soft}> ended {fullDay(team.ended_on)}</span>}
      </th>
      <td>
        <span className={classes.source}>{SOURCES[team.source]}</span>
      </td>
      <td data-numeric>{count(team.people)}</td>
      <td data-numeric data-wide>
        {count(team.people_below)}
      </td>
      <td data-wide>
        {calendar.working_hours || "no hours"}
        <span className={classes.soft}> {calendar.time_zone}</span>
      </td>
      <td data-wide>
        {calendar.holidays || "none"}
        {calendar.days_off > 0 && (
          <span className={classes.soft}> and {counted(calendar.days_off, "day")} off</span>
        )}
      </td>
    </tr>
  );
}
