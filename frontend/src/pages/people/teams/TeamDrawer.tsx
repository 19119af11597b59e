import { Button } from "@mantine/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { type ReactNode, useRef, useState } from "react";
import { meQuery } from "../../../api/queries";
import { DetailDrawer, DetailSection, DetailSkeleton } from "../../../ui/DetailDrawer";
import drawer from "../../../ui/DetailDrawer.module.css";
import { addDays, fullDay } from "../../../ui/dates";
import { type Column, FactTable } from "../../../ui/FactTable";
import { Failure } from "../../../ui/Message";
import { count } from "../../../ui/numbers";
import { failureOf } from "../../failure";
import { BeginForm, EndForm } from "./MembershipForms";
import { PlaceForm } from "./PlaceForm";
import { membersQuery } from "./queries";
import { TakeOverForm } from "./TakeOverForm";
import classes from "./teams.module.css";
import { pathOf } from "./tree";
import { type Member, SOURCES, type TeamEntry } from "./types";

const WIDTH = 520;

/** One team, who is in it and when; for administrators the ways to change it. */
export function TeamDrawer({
  team,
  teams,
  mayChange,
  onClose,
}: {
  team: TeamEntry | undefined;
  teams: readonly TeamEntry[];
  mayChange: boolean;
  onClose: () => void;
}) {
  return (
    <DetailDrawer title="Team" width={WIDTH} onClose={onClose}>
      {team && <Content key={team.slug} team={team} teams={teams} mayChange={mayChange} />}
    </DetailDrawer>
  );
}

type Doing = "place" | "begin" | "take-over" | Member;

function Content({
  team,
  teams,
  mayChange,
}: {
  team: TeamEntry;
  teams: readonly TeamEntry[];
  mayChange: boolean;
}) {
  const { data: me } = useSuspenseQuery(meQuery);
  const { data, error, refetch } = useQuery(membersQuery(team.slug));
  const [doing, setDoing] = useState<Doing>();
  const [said, setSaid] = useState("");
  const asked = useRef<HTMLElement>(null);
  const status = useRef<HTMLParagraphElement>(null);
  const byHand = team.source === "manual";
  const start = (what: Doing, from: HTMLElement) => {
    asked.current = from;
    setSaid("");
    setDoing(what);
  };
  const cancel = () => {
    setDoing(undefined);
    asked.current?.focus();
  };
  const done = (told: string) => {
    setDoing(undefined);
    setSaid(told);
    status.current?.focus();
  };
  const shared = { team, today: me.today, onDone: done, onCancel: cancel };
  return (
    <>
      <h2 className={drawer.title}>{team.name}</h2>
      <p className={drawer.where}>{whereOf(team, teams)}</p>
      {mayChange && (
        <div className={classes.acts}>
          {byHand && <Act onStart={(from) => start("begin", from)}>Add a person …</Act>}
          {(byHand || team.source === "scim") && (
            <Act onStart={(from) => start("place", from)}>
              {byHand ? "Rename or move …" : "Move …"}
            </Act>
          )}
          {!byHand && <Act onStart={(from) => start("take-over", from)}>Take over by hand …</Act>}
        </div>
      )}
      <p ref={status} tabIndex={-1} role="status" className={classes.said}>
        {said}
      </p>
      {doing === "place" && <PlaceForm {...shared} teams={teams} />}
      {doing === "begin" && <BeginForm {...shared} />}
      {doing === "take-over" && <TakeOverForm {...shared} />}
      {typeof doing === "object" && (
        <EndForm key={`${doing.person} ${doing.from}`} {...shared} member={doing} />
      )}
      <Facts of={team} />
      <DetailSection title="Members" count={data && count(data.items.length)}>
        {error ? (
          <Failure {...failureOf(error)} onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <DetailSkeleton />
        ) : data.items.length === 0 ? (
          <p className={drawer.soft}>Nobody has been in this team itself.</p>
        ) : (
          <FactTable
            caption={`Members of ${team.name}`}
            rows={data.items}
            rowKey={(row) => `${row.person} ${row.from}`}
            columns={mayChange && byHand ? [...COLUMNS, ending(me.today, start)] : COLUMNS}
          />
        )}
      </DetailSection>
    </>
  );
}

function Act({
  label,
  onStart,
  children,
}: {
  label?: string;
  onStart: (from: HTMLElement) => void;
  children: ReactNode;
}) {
  return (
    <Button
      variant="default"
      size="compact-xs"
      aria-label={label}
      onClick={(event) => onStart(event.currentTarget)}
    >
      {children}
    </Button>
  );
}

function whereOf(team: TeamEntry, teams: readonly TeamEntry[]): string {
  const kept =
    team.source === "manual"
      ? "Kept by hand"
      : `Kept by its source (${SOURCES[team.source]}): its members are changed there`;
  return team.parent === null ? kept : `${pathOf(team.parent, teams)}. ${kept}`;
}

function Facts({ of: { calendar, owns, ended_on } }: { of: TeamEntry }) {
  return (
    <dl className={classes.facts}>
      {ended_on && (
        <div>
          <dt>Ended</dt>
          <dd>{fullDay(ended_on)}</dd>
        </div>
      )}
      <div>
        <dt>Works</dt>
        <dd>
          {calendar.working_hours || "no hours are told"}, {calendar.time_zone}
        </dd>
      </div>
      <div>
        <dt>Owns</dt>
        <dd>{owns.length === 0 ? "nothing" : owns.join(", ")}</dd>
      </div>
    </dl>
  );
}

const COLUMNS: Column<Member>[] = [
  { name: "Person", cell: (row) => row.name },
  { name: "First day", cell: (row) => (row.from ? fullDay(row.from) : "since ever") },
  { name: "Last day", cell: (row) => (row.to ? fullDay(addDays(row.to, -1)) : "still in it") },
];

function ending(today: string, start: (member: Member, from: HTMLElement) => void): Column<Member> {
  return {
    name: "Change",
    cell: (row) =>
      (row.to === null || row.to > today) && (
        <Act label={`End the membership of ${row.name}`} onStart={(from) => start(row, from)}>
          End …
        </Act>
      ),
  };
}
