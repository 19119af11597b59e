"""Erasing a connection: credentials, all that came by it, and people and teams that nothing else knew."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from backend.connections.models import AppChange, Connection, Credential, WebhookSecret
from backend.connections.store.erased import ADDRESS, ERASED, known_as
from backend.governance.erasing import by_name, connection_people
from backend.governance.erasing.cascade import count, reached, steps_of
from backend.governance.erasing.figures import FIGURES, figures_after
from backend.governance.erasing.steps import Step
from backend.governance.erasing.stopping import stop_connection
from backend.governance.models import Erasure
from backend.people.models import Identity
from backend.tombstones.graves import digest

_FIRST: Final = (Credential, AppChange, WebhookSecret)
"""So that nobody signs in there or is believed here, even where a person ends the pause."""


def name(subject_id: int | None) -> str:
    return _connection(subject_id).name


def preview(subject_id: int | None, _mode: str) -> Mapping[str, int]:
    pk = _connection(subject_id).pk
    found = count(reached(Connection), pk) | by_name.count("connection", pk)
    for table, rows in connection_people.count(pk).items():
        found[table] = found.get(table, 0) + rows
    return found


def known_by(subject_id: int | None) -> Mapping[str, Collection[str]]:
    """Itself, so that an old backup's is found, and its address, so that nobody adds it again by mistake."""
    one = _connection(subject_id)
    return {ERASED: [known_as(one)], ADDRESS: [one.url]}


def found_by(kind: str, digests: Collection[bytes]) -> set[int]:
    if kind != ERASED:
        return set()
    buried = set(digests)
    return {one.pk for one in Connection.objects.all() if digest(ERASED, known_as(one)) in buried}


def steps(erasure: Erasure) -> Sequence[Step]:
    pk = erasure.subject_id or 0
    reaches = reached(Connection)
    first = [one for one in reaches if one.model in _FIRST]
    upward = [one.model for one in reaches].index(Identity)
    return [
        *steps_of(first, pk),
        *stop_connection(pk),
        *by_name.steps("connection", pk),
        *steps_of(reaches[:upward], pk, around=FIGURES),
        *connection_people.people(pk),
        *connection_people.teams(pk),
        *steps_of(reaches[upward:], pk),
        figures_after(),
    ]


def _connection(subject_id: int | None) -> Connection:
    found = Connection.objects.filter(pk=subject_id or 0).first()
    if found is None:
        raise LookupError("There is no such connection.")
    return found
