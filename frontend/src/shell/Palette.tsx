import "@mantine/spotlight/styles.css";
import { useMantineColorScheme } from "@mantine/core";
import { Spotlight, type SpotlightActionGroupData, spotlight } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import type { Me } from "../api/types";
import { carried, PRESET_DAYS } from "../pages/filters/search";
import classes from "./Palette.module.css";
import { PAGES, seesTeams } from "./pages";
import { signOut } from "./signOut";

/** Everything that can be reached, by typing its name. Mounted while it is open. */
export default function Palette({ me, onClose }: { me: Me; onClose: () => void }) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const here = PAGES.find(({ to }) => to === pathname)?.to ?? "/pull-requests";
  useEffect(() => spotlight.open(), []);
  const { setColorScheme } = useMantineColorScheme();
  const leave = (address: string) => window.location.assign(address);
  const team = (slug: string) =>
    void navigate({
      to: here,
      search: (before) => ({ ...carried(before), team: slug }),
    });
  const places = [
    ...PAGES.map(({ to, name }) => ({
      label: name,
      onClick: () => void navigate({ to, search: carried }),
    })),
    { label: "Data quality", onClick: () => void navigate({ to: "/data-quality" }) },
    ...(seesTeams(me)
      ? [{ label: "People & teams", onClick: () => void navigate({ to: "/people" }) }]
      : []),
    ...(me.reads_administration
      ? [{ label: "Governance", onClick: () => void navigate({ to: "/governance" }) }]
      : []),
    ...(me.links.admin
      ? [{ label: "Administration", onClick: () => leave(me.links.admin ?? "") }]
      : []),
    ...(me.links.docs
      ? [{ label: "Documentation", onClick: () => leave(me.links.docs ?? "") }]
      : []),
    { label: "Your data", onClick: () => void navigate({ to: "/your-data" }) },
    { label: "Account settings", onClick: () => leave(me.links.account) },
    { label: "Sign out", onClick: () => signOut(me.links.sign_out) },
  ];
  const groups: { group: string; actions: { label: string; onClick: () => void }[] }[] = [
    { group: "Go to", actions: places },
    {
      group: "Team",
      actions: [
        ...(me.may_see_all_teams ? [{ label: "All teams", onClick: () => team("") }] : []),
        ...me.teams.map(({ slug, name }) => ({ label: name, onClick: () => team(slug) })),
      ],
    },
    {
      group: "Range",
      actions: PRESET_DAYS.map((days) => ({
        label: `Last ${days} days`,
        onClick: () =>
          void navigate({
            to: here,
            search: (before) => ({
              ...carried(before),
              days,
              from: undefined,
              to: undefined,
            }),
          }),
      })),
    },
    {
      group: "Appearance",
      actions: [
        { label: "Appearance as the system", onClick: () => setColorScheme("auto") },
        { label: "Light appearance", onClick: () => setColorScheme("light") },
        { label: "Dark appearance", onClick: () => setColorScheme("dark") },
      ],
    },
  ];
  const actions: SpotlightActionGroupData[] = groups.map(({ group, actions }) => ({
    group,
    actions: actions.map((action) => ({ ...action, id: `${group}: ${action.label}` })),
  }));
  return (
    <Spotlight
      actions={actions}
      overlayProps={{ backgroundOpacity: 0.35, blur: 0 }}
      attributes={{ content: { "aria-label": "Go to" } }}
      onSpotlightClose={onClose}
      shortcut={null}
      limit={12}
      nothingFound="Nothing of that name"
      scrollable
      maxHeight={420}
      transitionProps={{ duration: 0 }}
      classNames={{ action: classes.action }}
      searchProps={{
        placeholder: "Page, team, range …",
        "aria-label": "Page, team or range",
        leftSection: <IconSearch size={18} stroke={1.6} aria-hidden />,
      }}
    />
  );
}
