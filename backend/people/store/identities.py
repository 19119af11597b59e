"""Accounts and git addresses as identities: the only writer of what sources tell of them."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Final, Protocol, TypeVar

from django.db import connection as database

from backend.connections.models import Connection
from backend.people.matching import Account, is_bot
from backend.people.models import Organisation


class HashableAccount(Account, Hashable, Protocol): ...


A = TypeVar("A", bound=HashableAccount)


def organisation() -> Organisation:
    """The one organisation, with defaults where nothing was set yet."""
    return Organisation.objects.filter(pk=1).first() or Organisation(pk=1)


def resolve_identities(*, connection: Connection, accounts: Iterable[A]) -> dict[A, int]:
    """The identity of each account, created where new: one statement however many there are.

    An account is known by the first of what it has: external id, account id, kind and login. So a changed login is a
    rename. A bot mark that a person set or took away is kept.
    """
    wanted = list(dict.fromkeys(accounts))
    if not wanted:
        return {}
    patterns = organisation().bot_logins
    by_way: dict[str, dict[tuple[Any, ...], A]] = {way: {} for way in _KNOWN_BY}
    for account in wanted:
        way = _way(account)
        by_way[way][_key(account, way)] = account
    found = {
        (way, key): pk
        for way, some in by_way.items()
        for key, pk in _upsert(connection, list(some.values()), patterns, way).items()
    }
    return {account: found[_way(account), _key(account, _way(account))] for account in wanted}


_KNOWN_BY: Final = {
    "external_id": "external_id IS NOT NULL",
    "account_id": "account_id <> ''",
    "kind, login": "external_id IS NULL AND account_id = ''",
}
"""What an account is known by, and the rows that this is true of."""
_UPSERT: Final = """
    INSERT INTO people_identity (connection_id, kind, external_id, account_id, login, is_bot)
    SELECT %s, * FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::boolean[])
        AS new (kind, external_id, account_id, login, is_bot)
    ORDER BY {way}
    ON CONFLICT (connection_id, {way}) WHERE {which}
    DO UPDATE SET login = excluded.login, kind = excluded.kind
    WHERE (people_identity.login, people_identity.kind) IS DISTINCT FROM (excluded.login, excluded.kind)
"""
_FIND: Final = """
    SELECT id, {way} FROM people_identity
    WHERE connection_id = %s AND {which} AND ({way}) IN (SELECT {way} FROM unnest(
        %s::text[], %s::bigint[], %s::text[], %s::text[]) AS known (kind, external_id, account_id, login))
"""


def _way(account: Account) -> str:
    if account.external_id is not None:
        return "external_id"
    return "account_id" if account.account_id else "kind, login"


def _key(account: Account, way: str) -> tuple[Any, ...]:
    return tuple(getattr(account, name) for name in way.split(", "))


def _upsert(
    connection: Connection, accounts: Sequence[Account], patterns: list[str], way: str
) -> dict[tuple[Any, ...], int]:
    if not accounts:
        return {}
    names = ("kind", "external_id", "account_id", "login")
    columns = [[getattr(account, name) for account in accounts] for name in names]
    bots = [is_bot(account, patterns) for account in accounts]
    parts = {"way": way, "which": _KNOWN_BY[way]}
    with database.cursor() as cursor:
        cursor.execute(_UPSERT.format(**parts), [connection.pk, *columns, bots])
        cursor.execute(_FIND.format(**parts), [connection.pk, *columns])
        return {tuple(key): pk for pk, *key in cursor.fetchall()}
