import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { fullDay } from "../../../ui/dates";
import { Failure } from "../../../ui/Message";
import { count } from "../../../ui/numbers";
import { PageSkeleton } from "../../../ui/PageSkeleton";
import { ScrollRegion } from "../../../ui/ScrollRegion";
import { SearchField } from "../../../ui/SearchField";
import { failureOf } from "../../failure";
import { MembersDrawer } from "./MembersDrawer";
import { teamsQuery } from "./queries";
import classes from "./TeamsTab.module.css";
import { type Branch, found, inOrder } from "./tree";
import { SOURCES } from "./types";

const INDENT = 20;

/** The tree of teams that the viewer sees: who keeps each, how many are in it, when it works. */
export function TeamsTab() {
  const { data, error, refetch } = useQuery(teamsQuery);
  const [text, setText] = useState("");
  const [open, setOpen] = useState<Branch>();
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (data === undefined) return <PageSkeleton />;
  const shown = found(inOrder(data.items), text);
  return (
    <section className={classes.section} aria-labelledby="teams">
      <header className={classes.head}>
        <h2 id="teams" className={classes.title}>
          Teams
        </h2>
        <SearchField
          value={text}
          label="Search teams"
          placeholder="Search teams"
          onSearch={setText}
        />
      </header>
      {shown.length === 0 ? (
        <p className={classes.none}>{text ? "No team is called so." : "There are no teams yet."}</p>
      ) : (
        <ScrollRegion className={classes.scroll} label="The tree of teams">
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">Team</th>
                <th scope="col">Kept by</th>
                <th scope="col" data-numeric>
                  People
                </th>
                <th scope="col" data-numeric>
                  With those below
                </th>
                <th scope="col">Works</th>
                <th scope="col">Holidays</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((team) => (
                <Row key={team.slug} team={team} onOpen={() => setOpen(team)} />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      <MembersDrawer team={open} onClose={() => setOpen(undefined)} />
    </section>
  );
}

function Row({ team, onOpen }: { team: Branch; onOpen: () => void }) {
  const { calendar } = team;
  return (
    <tr data-ended={team.ended_on !== null || undefined}>
      <th scope="row" style={{ paddingInlineStart: team.depth * INDENT }}>
        <button type="button" className={classes.name} onClick={onOpen}>
          {team.name}
        </button>
        {team.ended_on && <span className={classes.soft}> ended {fullDay(team.ended_on)}</span>}
      </th>
      <td>
        <span className={classes.source} data-source={team.source}>
          {SOURCES[team.source]}
        </span>
      </td>
      <td data-numeric>{count(team.people)}</td>
      <td data-numeric>{count(team.people_below)}</td>
      <td>
        {calendar.working_hours || "no hours"}
        <span className={classes.soft}> {calendar.time_zone}</span>
      </td>
      <td>
        {calendar.holidays || "none"}
        {calendar.days_off > 0 && (
          <span className={classes.soft}> and {count(calendar.days_off)} days off</span>
        )}
      </td>
    </tr>
  );
}
