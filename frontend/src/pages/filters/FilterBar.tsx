import { Switch } from "@mantine/core";
import type { ReactNode } from "react";
import type { Me } from "../../api/types";
import { zoneName } from "../../ui/dates";
import { RangePicker } from "../../ui/RangePicker";
import { OWN, TeamPicker } from "../../ui/TeamPicker";
import classes from "./FilterBar.module.css";
import { type ChangeSearch, type FilterSearch, PRESET_DAYS, presetOf, type Scope } from "./search";

/** A changed filter begins the tables anew. */
export type ChangeFilters = ChangeSearch<FilterSearch & { page: undefined }>;

/** What the whole page is about: whose work, and when. `children` are the page's own filters. */
export function FilterBar({
  me,
  scope,
  search,
  timeZone,
  plain,
  own,
  working,
  onChange,
  children,
}: {
  me: Me;
  scope: Scope;
  search: FilterSearch;
  timeZone: string;
  /** Bots and elapsed time have no part in the page. */
  plain: boolean;
  /** The page can show the viewer's own work. */
  own: boolean;
  working: boolean;
  onChange: ChangeFilters;
  children?: ReactNode;
}) {
  return (
    <search className={classes.bar} aria-label="Filters of the page">
      <div className={classes.team}>
        <TeamPicker
          teams={me.teams}
          allTeams={me.may_see_all_teams}
          own={own}
          value={scope.mine ? OWN : scope.team}
          onChange={(chosen) =>
            onChange({
              ...(chosen === OWN
                ? { mine: true, team: undefined }
                : { mine: undefined, team: chosen }),
              page: undefined,
            })
          }
        />
      </div>
      <RangePicker
        presets={PRESET_DAYS}
        preset={presetOf(search)}
        range={scope}
        today={me.today}
        onPreset={(days) => onChange({ days, from: undefined, to: undefined, page: undefined })}
        onRange={({ from, to }) => onChange({ from, to, days: undefined, page: undefined })}
      />
      {children}
      {!plain && (
        <Switch
          className={classes.bots}
          label="Include bots"
          checked={scope.bots}
          onChange={(event) =>
            onChange({ bots: event.currentTarget.checked || undefined, page: undefined })
          }
        />
      )}
      <p className={classes.clock}>
        {!plain && (
          <>
            {working
              ? "Working time, by the calendars of the authors’ teams"
              : "Elapsed time: nights and weekends count"}
            <br />
          </>
        )}
        Time zone: {zoneName(timeZone)}
      </p>
    </search>
  );
}
