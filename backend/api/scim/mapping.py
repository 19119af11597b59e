"""From what is stored to what is served, and back. Pure, but for reading what was fetched before."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from scim2_models import InvalidValueException, Meta

from backend.api.scim.resources import Email, Group, Member, MemberOf, Name, User
from backend.people.directory import EmailRecord, GroupRecord, UserRecord
from backend.people.models import DirectoryEntry, DirectoryGroup, DirectoryUser

BASE: Final = "/scim/v2"
LONGEST_ID: Final = 255
"""Characters of the id that the directory gives."""


def location(kind: str, key: object) -> str:
    """The address of a resource; `kind` as in its address: Users, Groups."""
    return f"{settings.PUBLIC_URL}{BASE}/{kind}/{key}"


def version(entry: DirectoryEntry) -> str:
    """A weak entity tag: of what the directory told, not of what follows from other resources."""
    return f'W/"{entry.version}"'


def user_resource(user: DirectoryUser) -> User:
    """`emails` and `groups` are fetched with it."""
    name = Name(
        formatted=user.formatted_name or None,
        family_name=user.family_name or None,
        given_name=user.given_name or None,
    )
    emails = [
        Email(value=one.value or None, type=one.type or None, primary=one.primary)
        for one in user.emails.all()
    ]
    groups = [
        MemberOf(
            value=str(one.pk),
            ref=location("Groups", one.pk),
            display=one.display_name,
            type="direct",
        )
        for one in user.groups.all()
    ]
    return User(
        id=str(user.pk),
        external_id=user.external_id or None,
        user_name=user.user_name,
        name=name if name != Name() else None,
        display_name=user.display_name or None,
        active=user.active,
        emails=emails or None,
        groups=groups or None,
        meta=_meta("User", user),
    )


def user_told(resource: User) -> UserRecord:
    name = resource.name or Name()
    emails = (
        EmailRecord(value=one.value or "", type=str(one.type or ""), primary=one.primary)
        for one in resource.emails or []
    )
    return UserRecord(
        user_name=resource.user_name or "",
        external_id=_external_id(resource),
        display_name=resource.display_name or "",
        formatted_name=name.formatted or "",
        family_name=name.family_name or "",
        given_name=name.given_name or "",
        active=resource.active,
        emails=tuple(emails),
    )


def group_resource(group: DirectoryGroup, *, with_members: bool) -> Group:
    """`members` and `groups` are fetched with it, where they are wanted."""
    members: list[Member] = []
    if with_members:
        members += [_member("User", one, one.display_name) for one in group.members.all()]
        members += [_member("Group", one, one.display_name) for one in group.groups.all()]
    return Group(
        id=str(group.pk),
        external_id=group.external_id or None,
        display_name=group.display_name,
        members=members or None,
        meta=_meta("Group", group),
    )


def group_told(resource: Group) -> GroupRecord:
    return GroupRecord(display_name=resource.display_name or "", external_id=_external_id(resource))


def member_ids(members: Iterable[Member]) -> list[UUID]:
    """Raises InvalidValueException."""
    try:
        return [UUID(one.value) for one in members]
    except (TypeError, ValueError, AttributeError) as error:
        raise InvalidValueException(
            detail="The value of a member is the id of a user or group."
        ) from error


def _external_id(resource: User | Group) -> str:
    """Raises InvalidValueException."""
    told = resource.external_id or ""
    if len(told) > LONGEST_ID:
        raise InvalidValueException(detail=f"An externalId has at most {LONGEST_ID} characters.")
    return told


def _member(kind: str, entry: DirectoryEntry, display: str) -> Member:
    ref: Any = location(f"{kind}s", entry.pk)
    return Member(value=str(entry.pk), ref=ref, type=kind, display=display or None)


def _meta(kind: str, entry: DirectoryEntry) -> Meta:
    return Meta(
        resource_type=kind,
        created=entry.created_at,
        last_modified=entry.changed_at,
        location=location(f"{kind}s", entry.pk),
        version=version(entry),
    )
