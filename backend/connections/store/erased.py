"""Connections that were erased: an address is not added again unless somebody says so on purpose."""

from typing import Final

from backend.connections.models import Connection
from backend.connections.store.cleaning import InvalidConnection
from backend.tombstones.graves import buried

ERASED: Final = "connection"
ADDRESS: Final = "connection_address"


def known_as(connection: Connection) -> str:
    """This one and no later one of the same address."""
    return f"{connection.url} {connection.slug} {connection.created_at.isoformat()}"


def check_not_erased(url: str) -> None:
    """Raises InvalidConnection."""
    if buried(ADDRESS, [url]):
        raise InvalidConnection(
            f"What came from {url} was erased, so it is not collected again by mistake. If you mean to, "
            "let it be added again under Governance, Erasure."
        )
