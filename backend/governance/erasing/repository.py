"""Erasing a repository: all that was collected, reported and computed of it. Who worked on it stays known."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from backend.delivery.models import Repository
from backend.delivery.store.repositories import ERASED, known_as
from backend.governance.erasing import named
from backend.governance.erasing.follow import FIGURES, figures_after
from backend.governance.erasing.reach import count, reached, steps_of
from backend.governance.erasing.steps import Step
from backend.governance.erasing.stopping import stop_repository
from backend.governance.models import Erasure
from backend.sources.models import Hint
from backend.tombstones.graves import digest

BESIDES: Final = frozenset({"sources_hint", "sources_validator", "connections_repositoryrule"})
"""Tables with rows about a repository and no key to it: by its name, or by its number at the source."""


def name(subject_id: int | None) -> str:
    return _repository(subject_id).name_with_owner


def preview(subject_id: int | None, mode: str) -> Mapping[str, int]:  # noqa: ARG001 - a person's alone
    one = _repository(subject_id)
    found = count(reached(Repository), one.pk) | named.count("repository", one.pk)
    hints = Hint.objects.filter(
        connection=one.connection_id, container_external_id=one.external_id
    ).count()
    return found | ({"sources_hint": hints} if hints else {})


def known_by(subject_id: int | None) -> Mapping[str, Collection[str]]:
    one = _repository(subject_id)
    return {ERASED: [known_as(one.connection, one.external_id)]}


def found_by(kind: str, digests: Collection[bytes]) -> set[int]:
    if kind != ERASED:
        return set()
    buried = set(digests)
    return {
        one.pk
        for one in Repository.objects.select_related("connection").iterator()
        if digest(ERASED, known_as(one.connection, one.external_id)) in buried
    }


def steps(erasure: Erasure) -> Sequence[Step]:
    pk = erasure.subject_id or 0
    return [
        *stop_repository(pk),
        *named.steps("repository", pk),
        *steps_of(reached(Repository), pk, around=FIGURES),
        figures_after(),
    ]


def _repository(subject_id: int | None) -> Repository:
    found = Repository.objects.select_related("connection").filter(pk=subject_id or 0).first()
    if found is None:
        raise LookupError("There is no such repository.")
    return found
