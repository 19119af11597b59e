"""What the pipeline asks of every kind of connection."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from backend.connections.models import Connection
from backend.delivery.models import Project, Repository
from backend.sources.collected import Collected
from backend.sources.findings import Finding
from backend.sources.http import Usage
from backend.sources.models import Hint

Container = Repository | Project
OnPage = Callable[[Container | None, int], None]
"""Told after each page of a long pass: of what, and how many objects were read."""


class Session(Protocol):
    """A session with an outside system."""

    @property
    def usage(self) -> Usage: ...


@dataclass(frozen=True)
class Piece:
    """Hints that are done together: one, or several that one request answers."""

    hints: Sequence[Hint]

    @property
    def first(self) -> Hint:
        return self.hints[0]

    @property
    def kind(self) -> Hint.Kind:
        return Hint.Kind(self.first.kind)

    @property
    def connection(self) -> Connection:
        return self.first.connection

    @property
    def of_connection(self) -> bool:
        """Whether the whole connection is meant, and no repository or project of it."""
        return self.first.container_external_id is None


S = TypeVar("S", bound=Session)
C = TypeVar("C", bound=Container)


@dataclass(frozen=True)
class Connector(Generic[S, C]):
    """All functions raise SourceError but those that only arm hints."""

    open: Callable[[Connection], AbstractContextManager[S]]
    """A session under the connection's credential."""
    check: Callable[[Connection, S], Finding]
    pieces: Callable[[Sequence[Hint]], list[Piece]]
    """What was claimed, in the order in which it is done."""
    container: Callable[[Piece], C | None]
    """What is stored of the repository or project that is meant."""
    collect: Callable[[Piece, C | None, S, OnPage], Collected]
    """Do it."""
    not_found: Callable[[Piece, C | None, S], None]
    """A piece that is not of the connection ended with NotFound: say what that means."""
    begin: Callable[[Connection], None]
    """Arm what a connection begins with, or does when a person asks for it."""
    poll: Callable[[Connection], None]
    """Arm what asks every few minutes for what webhooks have missed."""
    discover: Callable[[Connection], None]
    """Arm what is looked at each hour."""
    reconcile: Callable[[Connection], None]
    """Arm what is read again each night."""
