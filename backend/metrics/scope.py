"""What a question is about: a team or all, a half-open range of days, and whether bots count."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from backend import clock
from backend.accounts import access
from backend.accounts.models import User
from backend.delivery.store.horizons import EVER, Horizons
from backend.metrics.formulas import weeks
from backend.metrics.formulas.kept import Kept, kept
from backend.metrics.formulas.stretches import NO_STRETCHES, Stretches
from backend.people.models import Team
from backend.people.names import Names, names_in
from backend.people.store import organisation

MAXIMUM_DAYS = 1100
"""The cost limit of ranges that are answered from facts: three years."""
NOT_KEPT = "Nothing is left to measure: the range begins before what is kept."
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
"""No history that is read here is older than its tools."""


class InvalidRange(ValueError):
    """The message says which ranges can be answered."""


@dataclass(frozen=True)
class Scope:
    team: Team | None
    """None: all teams, and those in none."""
    person: int | None
    """Whose own pull requests alone; then there is no team."""
    names: Names
    start: date
    end: date
    """Outside the range."""
    time_zone: str
    with_bots: bool
    minimum_group_size: int
    today: date
    stretches: Stretches = NO_STRETCHES
    """Of the team's time: what must not be cut. See `suppression.tellable`."""
    is_narrowed: bool = False
    """Whether it is a part of what was asked for."""
    is_kept_back: bool = False
    """Whether no part of the range can be told of."""
    horizons: Horizons = field(default_factory=Horizons, compare=False)
    kept_since: datetime = EVER
    """Of what ended before nothing is known any more. See `resting_on`."""
    working: bool = False
    """Durations in working time, by the calendar of each author's team; else elapsed."""

    def over(self, statement: str) -> str:
        """A statement about elapsed seconds, or the same about working seconds."""
        return statement.replace("_seconds", "_working_seconds") if self.working else statement

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def midnight(self, day: date) -> datetime:
        return weeks.midnight(day, self.zone)

    @property
    def begins_at(self) -> datetime:
        return self.midnight(self.start)

    @property
    def ends_at(self) -> datetime:
        return self.midnight(self.end)

    @property
    def whole_weeks(self) -> tuple[date, date]:
        """First day of the first whole week in the range, and the day after the last; the end twice if none."""
        first = weeks.monday(self.start + weeks.WEEK - timedelta(days=1))
        last = weeks.monday(self.end)
        return (first, last) if first < last else (self.end, self.end)

    @property
    def previous_start(self) -> date:
        """First day of the range of the same length just before."""
        return self.start - (self.end - self.start)

    @property
    def previous_begins_at(self) -> datetime:
        return self.midnight(self.previous_start)

    def hides(self, *, human: int, people: int) -> bool:
        """Whether an aggregate is about too few people: there is somebody in it, but not enough of them.

        Or whether nothing of the range can be told. What is about the reader alone is not kept from them.
        """
        if self.person is not None:
            return False
        return self.is_kept_back or (
            human > 0 and access.too_few(people, minimum=self.minimum_group_size)
        )

    def hides_part(self, first: date, end: date, *, human: int, people: int) -> bool:
        """Likewise of a part of the range, a week or month, that may also tell of others that are kept back."""
        low, high = max(first, self.start), min(end, self.end)
        return self.hides(human=human, people=people) or self.stretches.cut(
            self.midnight(low), self.midnight(high)
        )

    @property
    def hides_previous(self) -> bool:
        """Whether the range before would tell of what is kept back."""
        return self.stretches.cut(self.previous_begins_at, self.begins_at)

    def resting_on(self, *kinds: str) -> "Scope":
        """The same for figures that need each of these kinds of work: known is what none of them lacks."""
        return replace(self, kept_since=max(map(self.horizons.since, kinds)))

    def kept(self, first: date, end: date) -> Kept:
        """How much of these days is known; the last is outside."""
        return kept(self.midnight(first), self.midnight(end), since=self.kept_since)

    @property
    def not_kept(self) -> str | None:
        """The reason why there are no figures, where all of the range is older than what is kept."""
        return NOT_KEPT if self.kept(self.start, self.end) is Kept.NOTHING else None

    def why_nothing(self, reason: str) -> str:
        """Why a figure of the range has no value: `reason` holds only where all of the range is known."""
        return reason if self.kept(self.start, self.end) is Kept.ALL else NOT_KEPT

    @property
    def previous_is_whole(self) -> bool:
        """Whether all is known of the range before, so that it can be compared with."""
        return self.kept(self.previous_start, self.start) is Kept.ALL

    def is_kept(self, day: date) -> bool:
        """Whether all is still known of the time from that day on."""
        return self.midnight(day) >= self.kept_since

    def is_gone(self, week: date) -> bool:
        return self.kept(week, week + weeks.WEEK) is Kept.NOTHING

    def is_partial(self, week: date) -> bool:
        """Whether a week is not whole in the range, not over yet, or known in part."""
        return (
            weeks.is_partial(week, self.start, self.end, self.today)
            or self.kept(week, week + weeks.WEEK) is Kept.PART
        )


def scope_of(
    *,
    team: Team | None,
    start: date,
    end: date,
    with_bots: bool = False,
    person: int | None = None,
    reader: User | None = None,
    working: bool = False,
) -> Scope:
    """In the team's time zone, or the organisation's where it has none of its own; `reader` is who asks.

    Raises InvalidRange.
    """
    if not 0 < (end - start).days <= MAXIMUM_DAYS or start < FIRST_DAY or end > LAST_DAY:
        raise InvalidRange(
            f"The range must hold between 1 and {MAXIMUM_DAYS} days, from {FIRST_DAY} to {LAST_DAY}, "
            "and end after it begins."
        )
    home = organisation()
    time_zone = (team.time_zone if team else "") or home.time_zone
    return Scope(
        team=team,
        person=person,
        names=names_in(home, *((reader.person_id, reader.pk) if reader else ())),
        start=start,
        end=end,
        time_zone=time_zone,
        with_bots=with_bots,
        working=working,
        minimum_group_size=home.minimum_group_size,
        today=weeks.day_of(clock.now(), ZoneInfo(time_zone)),
    )
