"""Calendars as stored, with what teams inherit."""

from backend.people.calendars import Calendar, calendars
from backend.people.models import Team
from backend.people.store.identities import organisation


def team_calendars() -> dict[int, Calendar]:
    """The calendar of each team, and under 0 the organisation's. Two statements."""
    return calendars(organisation(), Team.objects.all())
