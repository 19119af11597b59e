import { Tabs } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { meQuery } from "../../api/queries";
import { Message } from "../../ui/Message";
import frame from "../../ui/Page.module.css";
import { BotsTab } from "./BotsTab";
import { MatchesTab } from "./MatchesTab";
import { PeopleTab } from "./PeopleTab";
import { TABS } from "./search";
import { TeamsTab } from "./TeamsTab";
import { usePeopleSearch } from "./usePeopleSearch";

const NAMES: Record<(typeof TABS)[number], string> = {
  people: "People",
  matches: "Matches",
  bots: "Bots",
  teams: "Teams",
};

export default function PeoplePage() {
  const { data: me } = useSuspenseQuery(meQuery);
  const [search, change] = usePeopleSearch();
  const tab = search.tab ?? "people";
  if (!me.reads_administration) {
    return (
      <Message title="People and teams are shown to administrators" wholePage>
        <p>Ask an administrator where you are in the wrong team, or counted as somebody else.</p>
      </Message>
    );
  }
  return (
    <div className={frame.page}>
      <header className={frame.head}>
        <h1 className={frame.title}>People & teams</h1>
        <p className={frame.scope}>Who is who in what is connected</p>
      </header>
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(to) =>
          change({
            tab: TABS.find((one) => one === to && one !== "people"),
            q: undefined,
            show: undefined,
            page: undefined,
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
          <TeamsTab />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
