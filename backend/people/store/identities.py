"""Accounts and git addresses as identities: the only writer of what sources tell of them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol, TypeVar

from django.db import connection as database

from backend.connections.models import Connection
from backend.people.bots import bot_rule
from backend.people.evidence import address
from backend.people.models import Organisation
from backend.people.store import erased


class HashableAccount(erased.Told, Protocol):
    """What a source says of an account."""

    @property
    def name(self) -> str: ...


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
    until the source tells another; addresses are added to. Of whoever was erased nothing is stored: they are found by
    their tombstone, in one statement more, which is made only where somebody was.
    """
    told = list(dict.fromkeys(accounts))
    gone = erased.among(connection, told)
    wanted = [account for account in told if account not in gone]
    if not wanted:
        return gone
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
    return resolved | gone


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
