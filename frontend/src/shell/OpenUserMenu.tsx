import { Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import {
  IconBook,
  IconFingerprint,
  IconLogout,
  IconSettings,
  IconUserCog,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Me } from "../api/types";
import { signOut } from "./signOut";
import classes from "./UserMenu.module.css";

const SCHEMES = [
  { value: "auto", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

const ICON = { size: 16, stroke: 1.6, "aria-hidden": true } as const;

/** The button and its menu, which is open when it comes. */
export default function OpenUserMenu({ me, name }: { me: Me; name: string }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const choose = (chosen: string) => {
    const scheme = SCHEMES.find(({ value }) => value === chosen);
    if (scheme) setColorScheme(scheme.value);
  };
  return (
    <Menu
      defaultOpened
      position="bottom-end"
      width={230}
      withInitialFocusPlaceholder={false}
      shadow="md"
      transitionProps={{ duration: 0 }}
    >
      <Menu.Target>
        <UnstyledButton className={classes.button} aria-label={`${name}, account of ${me.name}`}>
          {name}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <strong>{me.name}</strong>
          <span>
            {[me.role.replaceAll("_", " "), me.organisation.name].filter(Boolean).join(", ")}
          </span>
        </div>
        <Menu.Divider />
        <Menu.Label>Appearance</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={choose}>
          {SCHEMES.map(({ value, label }) => (
            <Menu.RadioItem key={value} value={value} closeMenuOnClick={false}>
              {label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item component="a" href={me.links.account} leftSection={<IconUserCog {...ICON} />}>
          Account settings
        </Menu.Item>
        <Menu.Item component={Link} to="/your-data" leftSection={<IconFingerprint {...ICON} />}>
          Your data
        </Menu.Item>
        {me.links.admin && (
          <Menu.Item component="a" href={me.links.admin} leftSection={<IconSettings {...ICON} />}>
            Administration
          </Menu.Item>
        )}
        {me.links.docs && (
          <Menu.Item component="a" href={me.links.docs} leftSection={<IconBook {...ICON} />}>
            Documentation
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconLogout {...ICON} />}
          onClick={() => signOut(me.links.sign_out)}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
