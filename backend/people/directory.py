"""The only writer of what the organisation's directory says by SCIM, and of the teams that its groups are.

The directory's own words are kept as they came, so that it reads back what it wrote. What figures rest on follows
from them: a person for every user, a team for every group, and memberships dated from the day on which they were told.
A team that was taken over by hand hears none of it.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from backend import clock
from backend.audit.events import record
from backend.people.models import (
    DirectoryEmail,
    DirectoryEntry,
    DirectoryGroup,
    DirectoryUser,
    Person,
    Team,
)
from backend.people.store import teams
from backend.people.store.teams import InvalidTeam, SourceDecides


class Taken(ValueError):
    """Another entry has this name already; the message says which name."""


@dataclass(frozen=True)
class EmailRecord:
    value: str
    type: str = ""
    primary: bool | None = None


@dataclass(frozen=True)
class UserRecord:
    """A user as the directory tells it. An empty text, and None, is what it does not tell."""

    user_name: str
    external_id: str = ""
    display_name: str = ""
    formatted_name: str = ""
    family_name: str = ""
    given_name: str = ""
    active: bool | None = None
    emails: tuple[EmailRecord, ...] = ()

    @property
    def name(self) -> str:
        """What people call them: the first of what is told."""
        whole = f"{self.given_name} {self.family_name}".strip()
        return self.display_name or self.formatted_name or whole or self.user_name[:200]

    @property
    def address(self) -> str:
        """What to sign in with: the user name where it is an address, else the primary or first e-mail address."""
        ranked = sorted(self.emails, key=lambda one: not one.primary)
        given = [self.user_name, *(one.value for one in ranked)]
        return next((one.strip().lower() for one in given if "@" in one), "")


@dataclass(frozen=True)
class GroupRecord:
    """A group as the directory tells it, without its members."""

    display_name: str
    external_id: str = ""


def user_record(user: DirectoryUser) -> UserRecord:
    """What is stored of a user, as it was told."""
    emails = (EmailRecord(one.value, one.type, one.primary) for one in user.emails.all())
    values = {name: getattr(user, name) for name in _columns(UserRecord(""))}
    return UserRecord(**values, emails=tuple(emails))


@transaction.atomic
def create_user(*, told: UserRecord, person: Person | None, told_by: str) -> DirectoryUser:
    """A new user, and a person where none is known. Raises Taken."""
    known = person or Person.objects.create(name=told.name)
    user = DirectoryUser(**_columns(told), person=known)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Taken(_TAKEN.format(told.user_name)) from error
    _store_emails(user, told)
    record(name="directory_user_created", subject=user, detail={"by": told_by})
    return user


@transaction.atomic
def change_user(*, user: DirectoryUser, told: UserRecord, told_by: str) -> bool:
    """Whether it was told otherwise before. Raises Taken."""
    before = user_record(user)
    if told == before:
        return False
    for name, value in _columns(told).items():
        setattr(user, name, value)
    try:
        with transaction.atomic():
            _touch(user)
    except IntegrityError as error:
        raise Taken(_TAKEN.format(told.user_name)) from error
    if told.emails != before.emails:
        user.emails.all().delete()
        _store_emails(user, told)
    if user.person is not None and user.person.name == before.name:
        user.person.name = told.name
        user.person.save(update_fields=["name"])
    was, now = asdict(before), asdict(told)
    fields = sorted(name for name in now if now[name] != was[name])
    record(
        name="directory_user_changed", subject=user, detail={"by": told_by, "attributes": fields}
    )
    return True


@transaction.atomic
def remove_user(*, user: DirectoryUser, told_by: str) -> None:
    """The directory knows this user no longer. The person stays, with a past in its teams that ends today."""
    for group in user.groups.select_related("team"):
        remove_members(group=group, members=[user.pk], told_by=told_by)
    record(name="directory_user_removed", subject=user, detail={"by": told_by})
    user.delete()


@transaction.atomic
def create_group(*, told: GroupRecord, told_by: str) -> DirectoryGroup:
    """A new group without members, and the team that it is. Raises InvalidTeam."""
    group = DirectoryGroup(display_name=told.display_name, external_id=told.external_id)
    group.team = teams.put_team(source=_SOURCE, external_id=str(group.pk), name=told.display_name)
    group.save(force_insert=True)
    record(name="directory_group_created", subject=group, detail={"by": told_by})
    return group


@transaction.atomic
def change_group(*, group: DirectoryGroup, told: GroupRecord, told_by: str) -> bool:
    """Whether its name or its id in the directory was another one before. Raises InvalidTeam."""
    if (group.display_name, group.external_id) == (told.display_name, told.external_id):
        return False
    group.display_name, group.external_id = told.display_name, told.external_id
    _touch(group)
    with suppress(SourceDecides):
        teams.put_team(source=_SOURCE, external_id=str(group.pk), name=told.display_name)
    record(name="directory_group_changed", subject=group, detail={"by": told_by})
    return True


@transaction.atomic
def remove_group(*, group: DirectoryGroup, told_by: str) -> None:
    """The directory knows this group no longer. Its team ends today; its past stays, and where it was."""
    _unnest(group.groups.select_related("team"))
    with suppress(SourceDecides):
        teams.end_team(source=_SOURCE, team=group.team, on=clock.now().date())
    record(name="directory_group_removed", subject=group, detail={"by": told_by})
    above = group.within
    group.delete()
    if above is not None:
        _members_changed(above, groups=1, told_by=told_by)


@transaction.atomic
def add_members(*, group: DirectoryGroup, members: Collection[UUID], told_by: str) -> bool:
    """Whether any of these users and groups was not in it. Raises InvalidTeam."""
    known = set(DirectoryUser.objects.filter(pk__in=members).values_list("pk", flat=True))
    nested = list(DirectoryGroup.objects.filter(pk__in=set(members) - known).select_related("team"))
    unknown = set(members) - known - {one.pk for one in nested}
    if unknown:
        message = f"There is no user or group {min(unknown)}, so it cannot be a member."
        raise InvalidTeam(message)
    below = [one for one in nested if one.within_id != group.pk]
    _nest(group, below)
    inside = _Member.objects.filter(directorygroup=group, directoryuser__in=known)
    joined = known.difference(inside.values_list("directoryuser", flat=True))
    _Member.objects.bulk_create(_Member(directorygroup=group, directoryuser_id=pk) for pk in joined)
    _tell_team(teams.add_members, group, _persons(joined))
    return _members_changed(group, joined=len(joined), groups=len(below), told_by=told_by)


@transaction.atomic
def remove_members(
    *,
    group: DirectoryGroup,
    members: Collection[UUID] | None,
    but: Collection[UUID] = (),
    told_by: str,
) -> bool:
    """Whether any of these (None: of all, but for some) was in it."""
    below = group.groups.exclude(pk__in=but).select_related("team")
    leaving = _Member.objects.filter(directorygroup=group).exclude(directoryuser__in=but)
    if members is not None:
        below = below.filter(pk__in=members)
        leaving = leaving.filter(directoryuser__in=members)
    ungrouped = _unnest(below)
    left = list(leaving.values_list("directoryuser", flat=True))
    leaving.delete()
    persons = _persons(left)
    # Of two users who are one person, the other may still be in it.
    persons -= set(group.members.filter(person__in=persons).values_list("person", flat=True))
    _tell_team(teams.remove_members, group, persons)
    return _members_changed(group, left=len(left), groups=ungrouped, told_by=told_by)


def set_members(*, group: DirectoryGroup, members: Collection[UUID], told_by: str) -> bool:
    """Make these, and no others, its members; whether they were not. Raises InvalidTeam."""
    left = remove_members(group=group, members=None, but=members, told_by=told_by)
    return add_members(group=group, members=members, told_by=told_by) or left


_TAKEN: Final = "There is a user “{}” already."
_SOURCE: Final = Team.Source.SCIM
_Member: Final = DirectoryGroup.members.through


def _persons(users: Collection[UUID]) -> set[int]:
    rows = DirectoryUser.objects.filter(pk__in=users).exclude(person=None)
    return set(rows.values_list("person_id", flat=True))


def _tell_team(act: Callable[..., int], group: DirectoryGroup, persons: Collection[int]) -> None:
    if persons:
        with suppress(SourceDecides):
            act(source=_SOURCE, team=group.team, people=persons, on=clock.now().date())


def _members_changed(group: DirectoryGroup, *, told_by: str, **counts: int) -> bool:
    if not any(counts.values()):
        return False
    rows = DirectoryGroup.objects.filter(pk=group.pk)
    rows.update(version=F("version") + 1, changed_at=timezone.now())
    group.refresh_from_db(fields=["version", "changed_at"])
    detail = {"by": told_by, "joined": 0, "left": 0} | counts
    record(name="directory_members_changed", subject=group, detail=detail)
    return True


def _nest(group: DirectoryGroup, below: Collection[DirectoryGroup]) -> None:
    above = {one.pk for one in _upwards(group)} if below else set()
    for one in below:
        if one.pk in above:
            message = f"“{one}” is above “{group}” already: a group cannot be in itself."
            raise InvalidTeam(message)
        if one.within_id is not None:
            message = f"“{one}” is in another group already: a team has one team above it."
            raise InvalidTeam(message)
        DirectoryGroup.objects.filter(pk=one.pk).update(within=group)
        with suppress(SourceDecides):
            teams.move_team(source=_SOURCE, team=one.team, parent=group.team)


def _unnest(below: Collection[DirectoryGroup]) -> int:
    """How many groups are in no other from now on, and their teams at the top until people place them."""
    for one in below:
        DirectoryGroup.objects.filter(pk=one.pk).update(within=None)
        with suppress(SourceDecides):
            teams.move_team(source=_SOURCE, team=one.team, parent=None)
    return len(below)


def _upwards(group: DirectoryGroup) -> Iterator[DirectoryGroup]:
    above: DirectoryGroup | None = group
    while above is not None:
        yield above
        above = above.within


def _columns(told: UserRecord) -> dict[str, Any]:
    columns = asdict(replace(told, emails=()))
    del columns["emails"]
    return columns


def _store_emails(user: DirectoryUser, told: UserRecord) -> None:
    DirectoryEmail.objects.bulk_create(
        DirectoryEmail(user=user, value=one.value, type=one.type, primary=one.primary)
        for one in told.emails
    )


def _touch(entry: DirectoryEntry) -> None:
    entry.version += 1
    entry.changed_at = timezone.now()
    entry.save()
