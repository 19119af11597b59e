"""What is known of a person: their identities and accounts, and the names by which they would be known again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Self
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db.models import Q

from backend.accounts.models import User
from backend.people.graves import (
    ACCOUNT,
    ADDRESS,
    DIRECTORY,
    LOGIN,
    SUBJECT,
    Name,
    of_address,
    of_directory,
    of_identity,
    of_login,
    of_subject,
)
from backend.people.models import Address, DirectoryEmail, DirectoryUser, Identity, Merge
from backend.people.store.erased import host_of

ERASED_ADDRESS: Final = "@erased.invalid"
"""No such domain can ever exist (RFC 6761)."""


@dataclass
class Known:
    """Keys of rows of one person, and what these say. `logins` are by connection, in lower case."""

    identities: list[Identity] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)
    users: dict[int, str] = field(default_factory=dict)
    directory: list[DirectoryUser] = field(default_factory=list)
    logins: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    account_ids: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def of(cls, person: int) -> Self:
        """As it is now: nothing any more once they are erased."""
        known = cls()
        rows = Identity.objects.filter(person=person).select_related("connection").order_by("pk")
        known.identities = list(rows)
        told = Address.objects.filter(identity__person=person)
        known.addresses = {one.lower() for one in told.values_list("email", flat=True)}
        for one in known.named:
            if one.kind == Identity.Kind.GIT:
                known.addresses.add(one.login.lower())
            else:
                known.logins[one.connection_id].add(one.login.casefold())
            if one.account_id:
                known.account_ids[one.connection_id][one.account_id] = one.pk
        loose = Q(person=None, is_service=False, email__in=known.addresses)
        users = User.objects.filter(Q(person=person) | loose)
        known.users = dict(users.values_list("pk", "email"))
        entries = Q(person=person) | Q(account__in=known.users)
        known.directory = list(DirectoryUser.objects.filter(entries).distinct())
        return known

    @property
    def named(self) -> list[Identity]:
        """Identities that have names still."""
        return [one for one in self.identities if one.kind != Identity.Kind.ERASED]

    def names(self) -> Iterator[Name]:
        """Whatever a source, the directory or an identity provider could tell of them again."""
        for one in self.named:
            yield from _names_of(one)
        sign_in = EmailAddress.objects.filter(user__in=self.users).values_list("email", flat=True)
        told = DirectoryEmail.objects.filter(user__in=self.directory)
        for email in {
            *self.addresses, *self.users.values(), *sign_in, *told.values_list("value", flat=True),
        }:  # fmt: skip
            if email and not email.endswith(ERASED_ADDRESS):
                yield of_address(email)
        for entry in self.directory:
            yield from (of_directory(one) for one in (entry.user_name, entry.external_id) if one)
            if "@" in entry.user_name:
                yield of_address(entry.user_name)
        subjects = SocialAccount.objects.filter(user__in=self.users)
        yield from (of_subject(*one) for one in subjects.values_list("provider", "uid"))


def to_bury(person: int) -> dict[str, set[str]]:
    """By kind of tombstone. An address or login that is somebody else's as well is not theirs alone, and stays."""
    found: dict[str, set[str]] = defaultdict(set)
    for kind, text in Known.of(person).names():
        found[kind].add(text)
    found[ADDRESS] -= _of_others(person, found[ADDRESS])
    return {kind: texts for kind, texts in found.items() if texts}


def keys_of(person: int) -> set[int]:
    """Their key, and those of all who were made one person with them, whom rows of before may tell of."""
    found, new = {person}, {person}
    while new:
        rows = Merge.objects.filter(person_key__in=new, undone_at=None)
        moved = rows.values_list("moved__persons", flat=True)
        new = {pk for persons in moved for pk, _ in persons} - found
        found |= new
    return found


def accounts_of(person: int) -> list[int]:
    """Accounts that are theirs now, by whatever link."""
    linked = User.objects.filter(directory_user__person=person).values_list("pk", flat=True)
    return sorted({*Known.of(person).users, *linked})


def primary(identity: Identity) -> Name:
    """The name that an erased identity is found by."""
    return next(of_identity(host_of(identity.connection), identity))


def everybody(kind: str) -> Iterator[tuple[str, int | UUID, str]]:
    """Of everybody who has a name of this kind: the model and key of the row that tells it, and the name."""
    if kind in {ACCOUNT, LOGIN, ADDRESS}:
        identities = Identity.objects.exclude(kind=Identity.Kind.ERASED).select_related(
            "connection"
        )
        told = identities.only("kind", "login", "external_id", "account_id", "connection__url")
        for one in told.iterator():
            yield from (
                ("identity", one.pk, name.text) for name in _names_of(one) if name.kind == kind
            )
    if kind == ADDRESS:
        own = Address.objects.values_list("identity", "email")
        users = User.objects.exclude(email__endswith=ERASED_ADDRESS).values_list("pk", "email")
        others = EmailAddress.objects.values_list("user", "email")
        yield from (("identity", pk, of_address(email).text) for pk, email in own.iterator())
        yield from (("user", pk, of_address(email).text) for pk, email in (*users, *others))
    if kind == SUBJECT:
        subjects = SocialAccount.objects.values_list("user", "provider", "uid")
        yield from (("user", user, of_subject(*one).text) for user, *one in subjects)
    if kind == DIRECTORY:
        entries = DirectoryUser.objects.values_list("pk", "user_name", "external_id")
        yield from (
            ("entry", pk, of_directory(one).text) for pk, *two in entries for one in two if one
        )


def _names_of(one: Identity) -> Iterator[Name]:
    host = host_of(one.connection)
    yield from of_identity(host, one)
    if one.kind != Identity.Kind.GIT:
        yield of_login(host, one.login)


def _of_others(person: int, addresses: Collection[str]) -> set[str]:
    told = Address.objects.filter(email__in=addresses, identity__person__isnull=False)
    mine = Q(person=person) | Q(person=None)
    git = Identity.objects.filter(kind=Identity.Kind.GIT, login__in=addresses).exclude(mine)
    users = User.objects.filter(email__in=addresses).exclude(mine)
    rows: Iterable[str] = (
        *told.exclude(identity__person=person).values_list("email", flat=True),
        *git.values_list("login", flat=True),
        *users.values_list("email", flat=True),
    )
    return {of_address(one).text for one in rows}
