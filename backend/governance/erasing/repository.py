"""Erasing a repository: all that was collected, reported and computed of it. Who worked on it stays known."""

from collections.abc import Collection, Mapping, Sequence

from backend.delivery.models import Repository
from backend.delivery.store.repositories import ERASED, known_as
from backend.governance.erasing import by_name
from backend.governance.erasing.cascade import count, reached, steps_of
from backend.governance.erasing.figures import FIGURES, figures_after
from backend.governance.erasing.steps import Step
from backend.governance.erasing.stopping import stop_repository
from backend.governance.models import Erasure
from backend.sources.models import Hint
from backend.tombstones.graves import digest


def name(subject_id: int | None) -> str:
    return _repository(subject_id).name_with_owner


def preview(subject_id: int | None, _mode: str) -> Mapping[str, int]:
    one = _repository(subject_id)
    found = count(reached(Repository), one.pk) | by_name.count("repository", one.pk)
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
        *by_name.steps("repository", pk),
        *steps_of(reached(Repository), pk, around=FIGURES),
        figures_after(),
    ]


def _repository(subject_id: int | None) -> Repository:
    found = Repository.objects.select_related("connection").filter(pk=subject_id or 0).first()
    if found is None:
        raise LookupError("There is no such repository.")
    return found
