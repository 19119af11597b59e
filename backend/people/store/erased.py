"""Whoever was erased and is told of again: found by tombstones, and nothing of what was told is stored."""

from collections.abc import Callable, Collection, Hashable, Iterable
from typing import Final, Protocol, TypeVar
from urllib.parse import urlsplit

from django.db import connection as database

from backend.connections.models import Connection
from backend.people.graves import (
    ADDRESS,
    LOGIN,
    Account,
    Name,
    of_account,
    of_address,
    of_identity,
    of_login,
)
from backend.people.models import Identity
from backend.people.texts import GONE, scrubbed, scrubbed_reference, words_of, words_of_reference
from backend.tombstones import journal
from backend.tombstones.graves import buried, digest


class Told(Account, Hashable, Protocol):
    @property
    def email(self) -> str: ...


A = TypeVar("A", bound=Told)
COMMON: Final = "erased"
"""The login of the one identity of a connection that stands for all of whom no row is left."""
_FIND: Final = """
    SELECT grave.digest, identity.id, identity.account_id FROM tombstones_tombstone grave
    LEFT JOIN people_identity identity
        ON identity.connection_id = %s AND identity.buried_as = grave.digest
    WHERE grave.lifted_at IS NULL AND (grave.kind, grave.digest) IN (SELECT * FROM unnest(%s::text[], %s::bytea[]))
"""


def among(connection: Connection, accounts: Collection[A]) -> dict[A, int]:
    """Those of these accounts that were erased, each with the nameless identity that it is now."""
    if not accounts or journal.is_empty():
        return {}
    host = host_of(connection)
    names = {account: _names(host, account) for account in accounts}
    found = _found(connection, {name for some in names.values() for name in some})
    gone: dict[A, int] = {}
    for account, some in names.items():
        lying = [found[name] for name in some if name in found]
        if lying:
            known = [pk for pk, _ in lying if pk is not None]
            gone[account] = (
                known[0]
                if known
                else _still_there(connection, account) or common_identity(connection)
            )
    return gone


def pseudonyms(connection: Connection, account_ids: Iterable[str]) -> dict[str, str]:
    """Of account ids, as histories of issues name them, those of erased people, each with what stands for it."""
    told = {of_account(host_of(connection), one): one for one in account_ids if one}
    if not told or journal.is_empty():
        return {}
    found = _found(connection, set(told))
    return {told[name]: known or GONE for name, (_, known) in found.items()}


def references(connection: Connection, told: Iterable[str]) -> dict[str, str]:
    """Of names of branches and tags, those with an erased person's login in them, each as it may be stored."""
    return _told(connection, told, words_of_reference, scrubbed_reference)


def texts(connection: Connection, told: Iterable[str]) -> dict[str, str]:
    """Of what people wrote, what names an erased person by @login or address, each as it may be stored."""
    return _told(connection, told, words_of, scrubbed)


def host_of(connection: Connection) -> str:
    return (urlsplit(connection.url).hostname or "").lower()


def common_identity(connection: Connection) -> int:
    """Made where it is not there yet."""
    identity, _ = Identity.objects.get_or_create(
        connection=connection,
        kind=Identity.Kind.ERASED,
        login=COMMON,
        defaults={"account_id": GONE},
    )
    return identity.pk


def _told(
    connection: Connection,
    told: Iterable[str],
    words: Callable[[str], set[str]],
    scrub: Callable[[str, Collection[str]], str],
) -> dict[str, str]:
    """Two statements at most, and none where nobody was ever erased."""
    if journal.is_empty():
        return {}
    host = host_of(connection)
    found = {text: words(text) for text in set(told) if text}
    said = {word for some in found.values() for word in some}
    logins = {of_login(host, one).text: one for one in said if "@" not in one}
    gone = {logins[one] for one in buried(LOGIN, logins)}
    gone |= buried(ADDRESS, {one for one in said if "@" in one})
    changed = {text: scrub(text, gone) for text, some in found.items() if gone & some}
    return {text: new for text, new in changed.items() if new != text}


def _still_there(connection: Connection, account: Account) -> int | None:
    """While the erasure is at its work the identity has its name still; it is told no new one."""
    known_by = (
        {"external_id": account.external_id}
        if account.external_id is not None
        else {"account_id": account.account_id}
        if account.account_id
        else {"kind": account.kind, "login": account.login, "external_id": None, "account_id": ""}
    )
    rows = Identity.objects.filter(connection=connection, **known_by)
    return rows.values_list("pk", flat=True).first()


def _names(host: str, account: Told) -> list[Name]:
    address = [of_address(account.email)] if account.email else []
    return [*of_identity(host, account), *address]


def _found(connection: Connection, names: Collection[Name]) -> dict[Name, tuple[int | None, str]]:
    """Of these names those that are buried, each with the identity of this connection that lies under it, if any."""
    by_digest = {digest(*name): name for name in names}
    kinds = [name.kind for name in by_digest.values()]
    with database.cursor() as cursor:
        cursor.execute(_FIND, [connection.pk, kinds, list(by_digest)])
        return {by_digest[bytes(one)]: (pk, known) for one, pk, known in cursor.fetchall()}
