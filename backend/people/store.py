"""The only writer of identities, and of teams that come from a source."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from typing import Any, Final, Protocol, TypeVar

from auditlog.context import disable_auditlog
from django.db import connection as database
from django.db import transaction

from backend import clock
from backend.connections.models import Connection
from backend.people.bots import bot_rule
from backend.people.evidence import address
from backend.people.models import Identity, Membership, Organisation, Person, Team


class HashableAccount(Hashable, Protocol):
    """What a source says of an account."""

    @property
    def kind(self) -> str: ...
    @property
    def login(self) -> str: ...
    @property
    def external_id(self) -> int | None: ...
    @property
    def account_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...


class SourceTeam(Protocol):
    """A team as a source tells it; `members` are people who are in it themselves, not in a team below."""

    @property
    def external_id(self) -> int: ...
    @property
    def slug(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def parent_external_id(self) -> int | None: ...
    @property
    def members(self) -> Sequence[HashableAccount]: ...


A = TypeVar("A", bound=HashableAccount)
MAXIMUM_NAME: Final = 200
MAXIMUM_EMAIL: Final = 320


def organisation() -> Organisation:
    """The one organisation, with defaults where nothing was set yet."""
    return Organisation.objects.filter(pk=1).first() or Organisation(pk=1)


def resolve_identities(*, connection: Connection, accounts: Iterable[A]) -> dict[A, int]:
    """The identity of each account, created where new: one statement however many there are.

    An account is known by the first of what it has: external id, account id, kind and login. So a changed login is a
    rename. A bot mark is kept as it is: who follows the rules is marked anew when people are matched. A name stands
    until the source tells another; addresses are added to.
    """
    wanted = list(dict.fromkeys(accounts))
    if not wanted:
        return {}
    is_bot = bot_rule(organisation().bot_logins)
    by_way: dict[str, dict[tuple[Any, ...], A]] = {way: {} for way in _KNOWN_BY}
    for account in sorted(wanted, key=lambda one: bool(one.name)):
        way = _way(account)
        by_way[way][_key(account, way)] = account
    found = {
        (way, key): pk
        for way, some in by_way.items()
        for key, pk in _upsert(connection, list(some.values()), is_bot, way).items()
    }
    resolved = {a: found[_way(a), _key(a, _way(a))] for a in wanted}
    _add_addresses({(pk, address(a.email)) for a, pk in resolved.items() if a.email})
    return resolved


_KNOWN_BY: Final = {
    "external_id": "external_id IS NOT NULL",
    "account_id": "account_id <> ''",
    "kind, login": "external_id IS NULL AND account_id = ''",
}
"""What an account is known by, and the rows that this is true of."""
_UPSERT: Final = """
    INSERT INTO people_identity (connection_id, kind, external_id, account_id, login, name, is_bot)
    SELECT %s, * FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::boolean[])
        AS new (kind, external_id, account_id, login, name, is_bot)
    ORDER BY {way}
    ON CONFLICT (connection_id, {way}) WHERE {which}
    DO UPDATE SET login = excluded.login, kind = excluded.kind,
        name = COALESCE(NULLIF(excluded.name, ''), people_identity.name)
    WHERE (people_identity.login, people_identity.kind, people_identity.name) IS DISTINCT FROM
        (excluded.login, excluded.kind, COALESCE(NULLIF(excluded.name, ''), people_identity.name))
"""
_FIND: Final = """
    SELECT id, {way} FROM people_identity
    WHERE connection_id = %s AND {which} AND ({way}) IN (SELECT {way} FROM unnest(
        %s::text[], %s::bigint[], %s::text[], %s::text[]) AS known (kind, external_id, account_id, login))
"""


_ADD_ADDRESSES: Final = """
    INSERT INTO people_address (identity_id, email)
    SELECT * FROM unnest(%s::bigint[], %s::text[]) AS new (identity, email)
    WHERE NOT EXISTS (SELECT FROM people_address AS known
        WHERE (known.identity_id, known.email) = (new.identity, new.email))
    ORDER BY 1, 2
    ON CONFLICT DO NOTHING
"""


def _add_addresses(told: set[tuple[int, str]]) -> None:
    """Those that are none, as where a server hides them, are passed over."""
    rows = sorted((pk, email[:MAXIMUM_EMAIL]) for pk, email in told if email)
    if rows:
        with database.cursor() as cursor:
            cursor.execute(_ADD_ADDRESSES, [list(column) for column in zip(*rows, strict=True)])


def _way(account: HashableAccount) -> str:
    if account.external_id is not None:
        return "external_id"
    return "account_id" if account.account_id else "kind, login"


def _key(account: HashableAccount, way: str) -> tuple[Any, ...]:
    return tuple(getattr(account, name) for name in way.split(", "))


def _upsert(
    connection: Connection,
    accounts: Sequence[HashableAccount],
    is_bot: Callable[[HashableAccount], bool],
    way: str,
) -> dict[tuple[Any, ...], int]:
    if not accounts:
        return {}
    names = ("kind", "external_id", "account_id", "login")
    columns = [[getattr(account, name) for account in accounts] for name in names]
    called = [account.name[:MAXIMUM_NAME] for account in accounts]
    bots = [is_bot(account) for account in accounts]
    parts = {"way": way, "which": _KNOWN_BY[way]}
    with database.cursor() as cursor:
        cursor.execute(_UPSERT.format(**parts), [connection.pk, *columns, called, bots])
        cursor.execute(_FIND.format(**parts), [connection.pk, *columns])
        return {tuple(key): pk for pk, *key in cursor.fetchall()}


@transaction.atomic
@disable_auditlog()  # type: ignore[untyped-decorator] # the library has no types
def store_teams(*, connection: Connection, teams: Iterable[SourceTeam]) -> None:
    """Make the connection's teams and who is in them today as the source says.

    The source tells no dates. Whoever is first seen on a team's first arrival has been in it since before
    anything was recorded; a team the source no longer has keeps its history. Bots are in no team.
    The audit log is about what people do, not about what is collected.
    """
    told = list(teams)
    stored = {team.external_id: _store_team(connection, team) for team in told}
    for team in told:
        _set_parent(stored[team.external_id], stored.get(team.parent_external_id or 0))
    people = _people(connection, (m for team in told for m in team.members))
    for team in told:
        members = {people[m] for m in team.members if m in people}
        _set_members(stored[team.external_id], members)


def _store_team(connection: Connection, told: SourceTeam) -> Team:
    team = Team.objects.filter(connection=connection, external_id=told.external_id).first()
    if team is None:
        taken = Team.objects.filter(slug=told.slug).exists()
        slug = f"{told.slug}-{told.external_id}" if taken else told.slug
        return Team.objects.create(
            connection=connection, external_id=told.external_id, slug=slug, name=told.name
        )
    if team.name != told.name:
        team.name = told.name
        team.save(update_fields=["name"])
    return team


def _set_parent(team: Team, parent: Team | None) -> None:
    if team.parent_id != (parent and parent.pk):
        team.parent = parent
        team.save(update_fields=["parent"])


def _people(connection: Connection, accounts: Iterable[A]) -> dict[A, int]:
    """A person for every account that is not a bot; a new one is named as the source does, or by the login."""
    identities = resolve_identities(connection=connection, accounts=accounts)
    rows = Identity.objects.in_bulk(identities.values())
    people: dict[A, int] = {}
    for account, pk in identities.items():
        identity = rows[pk]
        if identity.is_bot:
            continue
        if identity.person_id is None:
            identity.person = Person.objects.create(name=identity.name or identity.login)
            identity.save(update_fields=["person"])
        people[account] = identity.person_id or 0
    return people


def _set_members(team: Team, members: set[int]) -> None:
    present = set(team.memberships.filter(ends_on=None).values_list("person_id", flat=True))
    first_seen = not team.memberships.exists()
    if first_seen:
        Membership.objects.bulk_create(
            Membership(team=team, person_id=person) for person in sorted(members)
        )
        return
    today = _today()
    for person in sorted(members - present):
        Membership.objects.update_or_create(
            team=team, person_id=person, starts_on=today, defaults={"ends_on": None}
        )
    gone = team.memberships.filter(ends_on=None, person_id__in=present - members)
    gone.filter(starts_on=today).delete()
    gone.update(ends_on=today)


def _today() -> date:
    return clock.now().date()
