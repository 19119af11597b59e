"""Persons, identities, teams and dated memberships, and what the organisation's directory says of them."""

from backend.people.models.directory import (
    DirectoryEmail,
    DirectoryEntry,
    DirectoryGroup,
    DirectoryUser,
)
from backend.people.models.people import (
    Address,
    Identity,
    MatchRun,
    Merge,
    Offer,
    Person,
)
from backend.people.models.teams import (
    KeepsCalendar,
    Membership,
    Organisation,
    Team,
)

__all__ = [
    "Address",
    "DirectoryEmail",
    "DirectoryEntry",
    "DirectoryGroup",
    "DirectoryUser",
    "Identity",
    "KeepsCalendar",
    "MatchRun",
    "Membership",
    "Merge",
    "Offer",
    "Organisation",
    "Person",
    "Team",
]
