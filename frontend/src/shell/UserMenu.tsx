import { UnstyledButton } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import type { Me } from "../api/types";
import classes from "./UserMenu.module.css";

const OpenUserMenu = lazy(() => import("./OpenUserMenu"));

/** A button until it is asked for what it leads to, which then comes. */
export function UserMenu({ me }: { me: Me }) {
  const [isWanted, setIsWanted] = useState(false);
  const button = (
    <UnstyledButton
      className={classes.button}
      aria-label={`${initials(me.name)}, account of ${me.name}`}
      aria-haspopup="menu"
      aria-expanded={false}
      onClick={() => setIsWanted(true)}
    >
      {initials(me.name)}
    </UnstyledButton>
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <OpenUserMenu me={me} name={initials(me.name)} />
    </Suspense>
  );
}

function initials(name: string): string {
  const words = name.split(/[\s@._-]+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");
}
