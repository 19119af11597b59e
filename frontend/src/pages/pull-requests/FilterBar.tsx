import { Switch } from "@mantine/core";
import type { Filters, Me } from "../../api/types";
import { zoneName } from "../../ui/dates";
import { RangePicker } from "../../ui/RangePicker";
import { TeamPicker } from "../../ui/TeamPicker";
import classes from "./FilterBar.module.css";
import { PRESET_DAYS, presetOf, type Search } from "./search";
import type { ChangeSearch } from "./useSearchState";

/** What the whole page is about: whose work, and when. */
export function FilterBar({
  me,
  filters,
  search,
  timeZone,
  onChange,
}: {
  me: Me;
  filters: Filters;
  search: Search;
  timeZone: string;
  onChange: ChangeSearch;
}) {
  return (
    <search className={classes.bar} aria-label="Filters of the page">
      <div className={classes.team}>
        <TeamPicker
          teams={me.teams}
          allTeams={me.may_see_all_teams}
          value={filters.team}
          onChange={(team) => onChange({ team, page: undefined })}
        />
      </div>
      <RangePicker
        presets={PRESET_DAYS}
        preset={presetOf(search)}
        range={filters}
        today={me.today}
        onPreset={(days) => onChange({ days, from: undefined, to: undefined, page: undefined })}
        onRange={({ from, to }) => onChange({ from, to, days: undefined, page: undefined })}
      />
      <Switch
        className={classes.bots}
        label="Include bots"
        checked={filters.bots}
        onChange={(event) =>
          onChange({ bots: event.currentTarget.checked || undefined, page: undefined })
        }
      />
      <p className={classes.clock}>
        Elapsed time: nights and weekends count
        <br />
        Time zone: {zoneName(timeZone)}
      </p>
    </search>
  );
}
