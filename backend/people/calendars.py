"""When a team works: its time zone, hours a weekday, holidays and days off, as inherited. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final, Protocol

import holidays

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY: Final = 24 * 60
_HOURS: Final = re.compile(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)")

Hours = tuple[tuple[tuple[int, int], ...], ...]
"""For each weekday from Monday the spans of work, in minutes since midnight, in order and apart."""


@dataclass(frozen=True, slots=True)
class Calendar:
    time_zone: str
    hours: Hours
    country: str
    """ISO 3166 alpha-2; empty: no public holidays."""
    subdivision: str
    days_off: frozenset[date]


class Kept(Protocol):
    """What a team, or the organisation, says of its calendar; empty: as above it."""

    time_zone: str
    working_hours: str
    holidays_country: str
    holidays_subdivision: str
    days_off: list[date]


class KeptOfTeam(Kept, Protocol):
    @property
    def pk(self) -> int: ...
    @property
    def parent_id(self) -> int | None: ...


def calendars(organisation: Kept, teams: Iterable[KeptOfTeam]) -> dict[int, Calendar]:
    """Of each team, and under 0 the organisation's: what a team does not say itself, the team above it says.

    The time zone alone comes from the organisation where a team has none: weeks are cut in it. Days off add up.
    """
    top = _calendar(organisation, None)
    known = {team.pk: team for team in teams}
    found: dict[int, Calendar] = {0: top}
    for team in known.values():
        for one in reversed(_unknown(team, known, found)):
            found[one.pk] = _calendar(one, found.get(one.parent_id or 0, top), zone=top.time_zone)
    return found


def _unknown(
    team: KeptOfTeam, known: Mapping[int, KeptOfTeam], found: Mapping[int, Calendar]
) -> list[KeptOfTeam]:
    """The team and those above it that have no calendar yet; a circle in the tree ends where it closes."""
    path: dict[int, KeptOfTeam] = {}
    one: KeptOfTeam | None = team
    while one is not None and one.pk not in found and one.pk not in path:
        path[one.pk] = one
        one = known.get(one.parent_id or 0)
    return list(path.values())


def _calendar(kept: Kept, above: Calendar | None, *, zone: str = "") -> Calendar:
    inherits = above is not None and not kept.holidays_country
    return Calendar(
        time_zone=kept.time_zone or zone,
        hours=above.hours if above and not kept.working_hours else read_hours(kept.working_hours),
        country=above.country if above and inherits else kept.holidays_country,
        subdivision=above.subdivision if above and inherits else kept.holidays_subdivision,
        days_off=frozenset(kept.days_off) | (above.days_off if above else frozenset()),
    )


def read_hours(text: str) -> Hours:
    """From "Mon-Thu 09:00-12:30, 13:00-17:00; Fri 09:00-15:00". Hours past midnight are the next day's.

    Raises ValueError, whose message says what to write.
    """
    spans: list[list[tuple[int, int]]] = [[] for _ in DAYS]
    for part in filter(None, (part.strip() for part in text.split(";"))):
        days, hours = _part(part)
        for day in days:
            for begin, end in hours:
                spans[day].append((begin, end if end > begin else DAY))
                if end < begin:
                    spans[(day + 1) % 7].append((0, end))
    return tuple(_apart(day) for day in spans)


@cache
def write_hours(hours: Hours) -> str:
    """As `read_hours` reads it, days of the same hours together."""
    parts: dict[str, list[str]] = {}
    for day, spans in zip(DAYS, hours, strict=True):
        told = ", ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in spans)
        if told:
            parts.setdefault(told, []).append(day)
    return "; ".join(f"{_range(days)} {told}" for told, days in parts.items())


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _range(days: list[str]) -> str:
    first, last = DAYS.index(days[0]), DAYS.index(days[-1])
    together = len(days) > 2 and last - first == len(days) - 1  # noqa: PLR2004 - two are named
    return f"{days[0]}-{days[-1]}" if together else ", ".join(days)


def _part(part: str) -> tuple[list[int], list[tuple[int, int]]]:
    days: list[int] = []
    hours: list[tuple[int, int]] = []
    for word in re.split(r"[\s,]+", part):
        if match := _HOURS.fullmatch(word):
            numbers = [int(number) for number in match.groups()]
            begin, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
            if begin == end or begin >= DAY or end > DAY or max(numbers[1], numbers[3]) > 59:  # noqa: PLR2004 - minutes
                raise ValueError(f"“{word}” are no hours: write them like 09:00-17:00.")
            hours.append((begin, end))
        else:
            days += _days(word)
    if not days or not hours:
        raise ValueError(f"“{part}” needs days and hours: write it like Mon-Fri 09:00-17:00.")
    return days, hours


def _days(word: str) -> list[int]:
    ends = [end.capitalize() for end in word.split("-")]
    if len(ends) > 2 or not set(ends) <= set(DAYS):  # noqa: PLR2004 - a range
        raise ValueError(f"“{word}” is no day: write {', '.join(DAYS)}, or a range like Mon-Fri.")
    first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
    return [day % 7 for day in range(first, last + 1 + (7 if last < first else 0))]


def _apart(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """In order, those that touch made one."""
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return tuple(merged)


def check_holidays(country: str, subdivision: str) -> None:
    """Raises ValueError where no holidays are known of them; its message says which are."""
    known = holidays.list_supported_countries(include_aliases=False)
    if country and country not in known:
        raise ValueError(f"No holidays are known of “{country}”: write a code like DE, FR or US.")
    if subdivision and subdivision not in known.get(country, ()):
        choices = ", ".join(known.get(country, ())) or "it has none"
        raise ValueError(
            f"“{subdivision}” is no subdivision of {country or 'no country'}: {choices}."
        )
