"""Collecting stops before anything goes: nobody begins anew, and what has begun comes to its end."""

from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from backend.connections.models import Connection
from backend.delivery.models import IngestToken, Repository
from backend.governance.erasing.steps import NotYet, Step
from backend.sources.models import Hint

REASON: Final = "It is being erased."
_HINTS: Final = "sources_hint"


def stop_repository(repository_id: int) -> list[Step]:
    """What is told of it from now on is dropped. A survey that began earlier may still bring it back, so that is waited
    for as well.
    """
    found = Repository.objects.filter(pk=repository_id)
    of_it = Q(container_external_id__in=found.values("external_id"))
    around = Hint.objects.filter(connection__in=found.values("connection"))

    def stop(_: int) -> int:
        found.exclude(state=Repository.State.ERASING).update(
            state=Repository.State.ERASING, state_reason=REASON
        )
        _revoke(IngestToken.objects.filter(repository=repository_id))
        return 0

    return [
        Step("delivery_repository", stop),
        _wait_for(around.filter(of_it | Q(container_external_id=None))),
        _drop(around.filter(of_it)),
    ]


def stop_connection(connection_id: int) -> list[Step]:
    """Whatever a check or a person says meanwhile, its credentials go first."""
    hints = Hint.objects.filter(connection=connection_id)

    def stop(_: int) -> int:
        Connection.objects.filter(pk=connection_id).exclude(
            state=Connection.State.PAUSED, state_reason=REASON
        ).update(state=Connection.State.PAUSED, state_reason=REASON, state_action="")
        _revoke(IngestToken.objects.filter(repository__connection=connection_id))
        return 0

    return [Step("connections_connection", stop), _wait_for(hints), _drop(hints)]


def _revoke(tokens: QuerySet[IngestToken]) -> None:
    tokens.filter(revoked_at=None).update(revoked_at=timezone.now())


def _wait_for(hints: QuerySet[Hint]) -> Step:
    def wait(_: int) -> int:
        if hints.filter(lease_until__gt=timezone.now()).exists():
            raise NotYet("A collection that had begun comes to its end first.")
        return 0

    return Step(_HINTS, wait)


def _drop(hints: QuerySet[Hint]) -> Step:
    def drop(limit: int) -> int:
        some = list(hints.order_by("pk").values_list("pk", flat=True)[:limit])
        return Hint.objects.filter(pk__in=some).delete()[0]

    return Step(_HINTS, drop)
