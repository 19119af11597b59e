import { Tabs } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { meQuery } from "../../api/queries";
import { Message } from "../../ui/Message";
import frame from "../../ui/Page.module.css";
import { BotsTab } from "./BotsTab";
import { MatchesTab } from "./MatchesTab";
import { PeopleTab } from "./PeopleTab";
import { TABS } from "./search";
import { TeamsTab } from "./teams/TeamsTab";
import { usePeopleSearch } from "./usePeopleSearch";

const NAMES: Record<(typeof TABS)[number], string> = {
  people: "People",
  matches: "Matches",
  bots: "Bots",
  teams: "Teams",
};

/** Who is who, for those who read the administration; the teams that they see for everybody else. */
export default function PeoplePage() {
  const { data: me } = useSuspenseQuery(meQuery);
  const [search, change] = usePeopleSearch();
  if (!me.reads_administration) {
    if (me.teams.length === 0) {
      return (
        <Message title="You are in no team yet" wholePage>
          <p>Teams are shown to those who are in them or lead them. Ask an administrator.</p>
        </Message>
      );
    }
    return (
      <div className={frame.page}>
        <header className={frame.head}>
          <h1 className={frame.title}>People & teams</h1>
          <p className={frame.scope}>The teams that you see, and who is in them</p>
        </header>
        <TeamsTab search={search} onChange={change} />
      </div>
    );
  }
  return (
    <div className={frame.page}>
      <header className={frame.head}>
        <h1 className={frame.title}>People & teams</h1>
        <p className={frame.scope}>Who is who in what is connected</p>
      </header>
      <Tabs
        value={search.tab ?? "people"}
        keepMounted={false}
        onChange={(to) =>
          change({
            tab: TABS.find((one) => one === to && one !== "people"),
            q: undefined,
            show: undefined,
            page: undefined,
            team: undefined,
            merges: undefined,
          })
        }
      >
        <Tabs.List mb={16} aria-label="Parts of this page">
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {NAMES[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="people" className={frame.content}>
          <PeopleTab search={search} onChange={change} />
        </Tabs.Panel>
        <Tabs.Panel value="matches" className={frame.content}>
          <MatchesTab search={search} timeZone={me.organisation.time_zone} onChange={change} />
        </Tabs.Panel>
        <Tabs.Panel value="bots" className={frame.content}>
          <BotsTab search={search} onChange={change} />
        </Tabs.Panel>
        <Tabs.Panel value="teams" className={frame.content}>
          <TeamsTab search={search} onChange={change} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
