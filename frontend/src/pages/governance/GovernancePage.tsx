import { Tabs } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { meQuery } from "../../api/queries";
import { zoneName } from "../../ui/dates";
import { Message } from "../../ui/Message";
import frame from "../../ui/Page.module.css";
import { useCurrentShown } from "../../ui/useCurrentShown";
import classes from "./GovernancePage.module.css";
import { PARTS } from "./parts";

/** The frame of what reviewers look at: each part is a page of its own below this address. */
export default function GovernancePage() {
  const { data: me } = useSuspenseQuery(meQuery);
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const part = PARTS.find(({ to }) => path.startsWith(to)) ?? PARTS[0];
  const tabs = useCurrentShown<HTMLDivElement>(part.to);
  if (!me.reads_administration) {
    return (
      <Message title="This is for owners, administrators and auditors" wholePage>
        <p>Ask an owner for a role that reads the administration.</p>
      </Message>
    );
  }
  return (
    <div className={frame.page}>
      <header className={frame.head}>
        <h1 className={frame.title}>Governance</h1>
        <p className={frame.scope}>
          {part.says}. Times are in {zoneName(me.organisation.time_zone)}.
        </p>
      </header>
      <Tabs value={part.to} onChange={(to) => void navigate({ to: to ?? PARTS[0].to })}>
        <Tabs.List ref={tabs} mb={16} className={classes.tabs} aria-label="Parts of this page">
          {PARTS.map(({ to, name }) => (
            <Tabs.Tab key={to} value={to}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={part.to} className={frame.content}>
          <Outlet />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
