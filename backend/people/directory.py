"""The only writer of what the organisation's directory says by SCIM, and of the teams that its groups are.

The directory's own words are kept as they came, so that it reads back what it wrote. What figures rest on follows
from them: a person for every user, a team for every group, and memberships dated from the day on which they were told.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db import connection as database
from django.db.models import F, Q
from django.utils import timezone
from django.utils.text import slugify

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


class Taken(ValueError):
    """Another entry has this name already; the message says which name."""


class Impossible(ValueError):
    """What the directory asks for cannot be; the message says why."""


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
    groups = list(user.groups.values_list("pk", flat=True))
    user.groups.clear()
    _follow(groups, [user.person_id])
    _touch_groups(groups)
    record(name="directory_user_removed", subject=user, detail={"by": told_by})
    user.delete()


@transaction.atomic
def create_group(*, told: GroupRecord, told_by: str) -> DirectoryGroup:
    """A new group without members, and the team that it is."""
    group = DirectoryGroup(display_name=told.display_name, external_id=told.external_id)
    slug = slugify(told.display_name)[:100] or "group"
    if Team.objects.filter(slug=slug).exists():
        slug = f"{slug}-{group.pk.hex[:12]}"
    group.team = Team.objects.create(slug=slug, name=told.display_name)
    group.save(force_insert=True)
    record(name="directory_group_created", subject=group, detail={"by": told_by})
    return group


@transaction.atomic
def change_group(*, group: DirectoryGroup, told: GroupRecord, told_by: str) -> bool:
    """Whether its name or its id in the directory was another one before."""
    if (group.display_name, group.external_id) == (told.display_name, told.external_id):
        return False
    group.display_name, group.external_id = told.display_name, told.external_id
    _touch(group)
    group.team.name = told.display_name
    group.team.save(update_fields=["name"])
    record(name="directory_group_changed", subject=group, detail={"by": told_by})
    return True


@transaction.atomic
def remove_group(*, group: DirectoryGroup, told_by: str) -> None:
    """The directory knows this group no longer. Its team stays, and memberships end today."""
    remove_members(group=group, members=None, told_by=told_by)
    if group.within is not None:
        remove_members(group=group.within, members=[group.pk], told_by=told_by)
    record(name="directory_group_removed", subject=group, detail={"by": told_by})
    group.delete()


@transaction.atomic
def add_members(*, group: DirectoryGroup, members: Collection[UUID], told_by: str) -> bool:
    """Whether any of these users and groups was not in it. Raises Impossible."""
    known = set(DirectoryUser.objects.filter(pk__in=members).values_list("pk", flat=True))
    nested = list(DirectoryGroup.objects.filter(pk__in=set(members) - known).select_related("team"))
    unknown = set(members) - known - {one.pk for one in nested}
    if unknown:
        message = f"There is no user or group {min(unknown)}, so it cannot be a member."
        raise Impossible(message)
    below = [one for one in nested if one.within_id != group.pk]
    _nest(group, below)
    with database.cursor() as cursor:
        cursor.execute(_ADD, [group.pk, list(known)])
        joined = [pk for (pk,) in cursor.fetchall()]
    return _members_changed(group, joined=joined, below=below, told_by=told_by)


@transaction.atomic
def remove_members(
    *,
    group: DirectoryGroup,
    members: Collection[UUID] | None,
    but: Collection[UUID] = (),
    told_by: str,
) -> bool:
    """Whether any of these (None: of all, but for some) was in it."""
    named = Q() if members is None else Q(pk__in=members)
    below = list(group.groups.filter(named).exclude(pk__in=but).select_related("team"))
    _unnest(group, below)
    with database.cursor() as cursor:
        if members is None:
            cursor.execute(_REMOVE_ALL, [group.pk, list(but)])
        else:
            cursor.execute(_REMOVE, [group.pk, list(members)])
        left = [pk for (pk,) in cursor.fetchall()]
    return _members_changed(group, left=left, below=below, told_by=told_by)


def set_members(*, group: DirectoryGroup, members: Collection[UUID], told_by: str) -> bool:
    """Make these, and no others, its members; whether they were not. Raises Impossible."""
    left = remove_members(group=group, members=None, but=members, told_by=told_by)
    return add_members(group=group, members=members, told_by=told_by) or left


_TAKEN: Final = "There is a user “{}” already."
_TABLE: Final = "people_directorygroup_members"
_ADD: Final = f"""
    INSERT INTO {_TABLE} (directorygroup_id, directoryuser_id) SELECT %s::uuid, unnest(%s::uuid[])
    ON CONFLICT DO NOTHING RETURNING directoryuser_id
"""
_REMOVE: Final = f"""
    DELETE FROM {_TABLE} WHERE directorygroup_id = %s::uuid AND directoryuser_id = ANY(%s::uuid[])
    RETURNING directoryuser_id
"""  # noqa: S608 - of constants
_REMOVE_ALL: Final = f"""
    DELETE FROM {_TABLE} WHERE directorygroup_id = %s::uuid AND directoryuser_id <> ALL(%s::uuid[])
    RETURNING directoryuser_id
"""  # noqa: S608 - of constants
_TOUCHED: Final = f"""
    WITH touched AS (
        SELECT team.team_id, person.id AS person_id, EXISTS (
            SELECT FROM {_TABLE} member JOIN people_directoryuser one ON one.id = member.directoryuser_id
            WHERE member.directorygroup_id = team.id AND one.person_id = person.id) AS is_in
        FROM people_directorygroup team, people_person person
        WHERE team.id = ANY(%(groups)s::uuid[]) AND person.id = ANY(%(persons)s::bigint[])
    )
"""  # noqa: S608 - of constants
_FOLLOW: Final = (
    # Who came today and goes today was never in it.
    """
    DELETE FROM people_membership old USING touched
    WHERE (old.team_id, old.person_id) = (touched.team_id, touched.person_id) AND NOT touched.is_in
        AND old.ends_on IS NULL AND old.starts_on >= %(today)s""",
    """
    UPDATE people_membership old SET ends_on = %(today)s FROM touched
    WHERE (old.team_id, old.person_id) = (touched.team_id, touched.person_id) AND NOT touched.is_in
        AND old.ends_on IS NULL""",
    """
    INSERT INTO people_membership (team_id, person_id, starts_on)
    SELECT team_id, person_id, %(today)s FROM touched
    WHERE is_in AND NOT EXISTS (
        SELECT FROM people_membership old
        WHERE (old.team_id, old.person_id) = (touched.team_id, touched.person_id)
            AND (old.ends_on IS NULL OR old.ends_on > %(today)s))""",
)


def _follow(groups: Collection[UUID], persons: Iterable[int | None]) -> None:
    """Let memberships of these people follow what the directory says now: three statements, however many they are."""
    parameters: dict[str, Any] = {
        "groups": list(groups),
        "persons": sorted({one for one in persons if one is not None}),
        "today": clock.now().date(),
    }
    with database.cursor() as cursor:
        for statement in _FOLLOW:
            cursor.execute(_TOUCHED + statement, parameters)


def _members_changed(
    group: DirectoryGroup,
    *,
    joined: Collection[UUID] = (),
    left: Collection[UUID] = (),
    below: Collection[DirectoryGroup],
    told_by: str,
) -> bool:
    if not (joined or left or below):
        return False
    users = DirectoryUser.objects.filter(pk__in=[*joined, *left])
    _follow([group.pk], users.values_list("person_id", flat=True))
    _touch_groups([group.pk])
    group.refresh_from_db(fields=["version", "changed_at"])
    detail = {"by": told_by, "joined": len(joined), "left": len(left), "groups": len(below)}
    record(name="directory_members_changed", subject=group, detail=detail)
    return True


def _nest(group: DirectoryGroup, below: Collection[DirectoryGroup]) -> None:
    above = {team.pk for team in _upwards(group.team)}
    for one in below:
        if one.team_id in above:
            message = f"“{one}” is above “{group}” already: a group cannot be in itself."
            raise Impossible(message)
        if one.within_id is not None:
            message = f"“{one}” is in another group already: a team has one team above it."
            raise Impossible(message)
    DirectoryGroup.objects.filter(pk__in=[one.pk for one in below]).update(within=group)
    for one in below:
        one.team.parent = group.team
        one.team.save(update_fields=["parent"])


def _unnest(group: DirectoryGroup, below: Collection[DirectoryGroup]) -> None:
    DirectoryGroup.objects.filter(pk__in=[one.pk for one in below]).update(within=None)
    for one in below:
        # An administrator may have put it elsewhere meanwhile.
        if one.team.parent_id == group.team_id:
            one.team.parent = None
            one.team.save(update_fields=["parent"])


def _upwards(team: Team) -> Iterable[Team]:
    above: Team | None = team
    while above is not None:
        yield above
        above = above.parent


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


def _touch_groups(groups: Collection[UUID]) -> None:
    rows = DirectoryGroup.objects.filter(pk__in=groups)
    rows.update(version=F("version") + 1, changed_at=timezone.now())
