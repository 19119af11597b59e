import { ActionIcon, Skeleton, Tooltip, UnstyledButton } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { meQuery, statusQuery } from "../api/queries";
import type { Me } from "../api/types";
import { carried } from "../pages/filters/search";
import { dateTime, dayOf, fullDay } from "../ui/dates";
import { Mark } from "../ui/Mark";
import { counted } from "../ui/numbers";
import { useCurrentShown } from "../ui/useCurrentShown";
import { DataStatus } from "./DataStatus";
import { MaintenanceNotice } from "./MaintenanceNotice";
import { PAGES, seesTeams } from "./pages";
import classes from "./Shell.module.css";
import { UserMenu } from "./UserMenu";

const Palette = lazy(() => import("./Palette"));

/** What stands around every page. */
export function Shell() {
  const { data: me } = useSuspenseQuery(meQuery);
  const [paletteWanted, setPaletteWanted] = useState(false);
  const openPalette = () => setPaletteWanted(true);
  useHotkeys([["mod+K", openPalette]], []);
  useRefreshWhileCollecting();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const nav = useCurrentShown(path);

  return (
    <>
      <a className={classes.skip} href="#content">
        Skip to the content
      </a>
      <header className={`${classes.header} no-print`}>
        <div className={classes.inner}>
          <Link to="/pull-requests" className={classes.brand}>
            <Mark />
            Plumbline
          </Link>
          <nav ref={nav} className={classes.nav} aria-label="Pages">
            {PAGES.map(({ to, name }) => (
              <Link
                key={to}
                to={to}
                search={carried}
                className={classes.page}
                activeProps={{ "aria-current": "page" }}
              >
                {name}
              </Link>
            ))}
            <Link
              to="/data-quality"
              className={classes.page}
              activeProps={{ "aria-current": "page" }}
            >
              Data quality
            </Link>
            {seesTeams(me) && (
              <Link to="/people" className={classes.page} activeProps={{ "aria-current": "page" }}>
                {"People & teams"}
              </Link>
            )}
            {me.reads_administration && (
              <Link
                to="/governance"
                className={classes.page}
                activeProps={{ "aria-current": "page" }}
              >
                Governance
              </Link>
            )}
          </nav>
          <div className={classes.tools}>
            <DataStatus timeZone={me.organisation.time_zone} />
            <UnstyledButton className={classes.search} onClick={openPalette}>
              <IconSearch size={14} stroke={1.6} aria-hidden />
              Go to …<kbd className={classes.key}>Ctrl K</kbd>
            </UnstyledButton>
            <Tooltip label="Go to …">
              <ActionIcon
                className={classes.searchIcon}
                variant="subtle"
                color="gray"
                size={32}
                aria-label="Go to …"
                onClick={openPalette}
              >
                <IconSearch size={18} stroke={1.6} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <UserMenu me={me} />
          </div>
        </div>
      </header>
      <MaintenanceNotice timeZone={me.organisation.time_zone} />
      {me.demo && (
        <aside className={classes.demo} aria-label="About this demo">
          <span>{me.demo.note}</span>
        </aside>
      )}
      {me.evaluation_until && (
        <aside className={classes.demo} aria-label="About this evaluation">
          <span>
            An evaluation without encryption at rest, until{" "}
            {fullDay(dayOf(me.evaluation_until, me.organisation.time_zone))}.
          </span>
        </aside>
      )}
      {me.emergency_use && (
        <aside className={classes.emergency} aria-label="Emergency account used">
          <span>
            The emergency account {me.emergency_use.account} signed in on{" "}
            {dateTime(me.emergency_use.signed_in_at, me.organisation.time_zone)}.{" "}
            <a href={me.emergency_use.link}>Look into it and acknowledge it</a>
          </span>
        </aside>
      )}
      {me.requests_due && (
        <aside className={classes.emergency} aria-label="Requests of people are due">
          <span>
            {dueText(me.requests_due)}{" "}
            <Link to="/governance/requests">Answer what people asked about their data</Link>
          </span>
        </aside>
      )}
      {me.backup_trouble && (
        <aside className={classes.emergency} aria-label="Backups need attention">
          <span>
            {me.backup_trouble} <Link to="/governance/backups">Look at backups and drills</Link>
          </span>
        </aside>
      )}
      {me.certificates_ending.length > 0 && (
        <aside className={classes.emergency} aria-label="Certificates end soon">
          <span>
            {me.certificates_ending
              .map((one) => certificateText(one, me.organisation.time_zone))
              .join(" ")}{" "}
            {me.links.docs && <a href={`${me.links.docs}operate.md#certificates`}>Renew it</a>}
          </span>
        </aside>
      )}
      <main id="content" className={classes.main}>
        <Suspense fallback={<Skeleton height={400} radius="md" />}>
          <Outlet />
        </Suspense>
      </main>
      {paletteWanted && (
        <Suspense fallback={null}>
          <Palette me={me} onClose={() => setPaletteWanted(false)} />
        </Suspense>
      )}
    </>
  );
}

/** "A certificate ends in 12 days, on 1 September 2026: what browsers see." */
function certificateText(one: Me["certificates_ending"][number], timeZone: string): string {
  const when = dateTime(one.ends_at, timeZone);
  return one.days < 0
    ? `A certificate has ended on ${when}: ${one.told}.`
    : `A certificate ends in ${counted(one.days, "day")}, on ${when}: ${one.told}.`;
}

/** "2 requests of people are overdue, and 1 is due within 7 days." */
function dueText({ soon, overdue }: NonNullable<Me["requests_due"]>): string {
  const parts = [[overdue, "overdue"] as const, [soon, "due within 7 days"] as const].filter(
    ([number]) => number > 0,
  );
  const told = parts.map(([number, what], index) =>
    index === 0
      ? `${counted(number, "request")} of people ${number === 1 ? "is" : "are"} ${what}`
      : `${number} ${number === 1 ? "is" : "are"} ${what}`,
  );
  return `${told.join(", and ")}.`;
}

/** Figures on the page follow the collection while it runs. */
function useRefreshWhileCollecting() {
  const client = useQueryClient();
  useEffect(() => {
    let stored: number | null = null;
    return client.getQueryCache().subscribe(({ query }) => {
      if (query.queryKey[0] !== statusQuery.queryKey[0]) return;
      const status = client.getQueryData(statusQuery.queryKey);
      const now = status ? status.stored + (status.issues?.stored ?? 0) : null;
      if (now !== null && stored !== null && now !== stored) {
        for (const figures of ["pull-requests", "deployments", "tests", "issues", "investment"]) {
          void client.invalidateQueries({ queryKey: [figures] });
        }
        void client.invalidateQueries({ queryKey: ["completeness"] });
        // Teams arrive too.
        void client.invalidateQueries({ queryKey: meQuery.queryKey });
      }
      stored = now;
    });
  }, [client]);
}
