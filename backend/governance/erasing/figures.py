"""What rests on rows that go: cells are right again in the same transaction, the rest is noted to be computed anew."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from django.db import connection as database

from backend.delivery.store import note_all_deployments
from backend.delivery.store.investment import note_investment
from backend.delivery.store.noting import note_issues, note_issues_named_by
from backend.governance.erasing.cascade import Around, Key
from backend.governance.erasing.steps import Step
from backend.metrics import cells
from backend.metrics.models import UncutBasis
from backend.people.store import organisation

_OF_TEAMS: Final = (
    "SELECT team_id, unnest(ARRAY[merged_at, first_review_at]) AS at FROM metrics_pullrequestteam"
    " WHERE id = ANY(%s)"
)
_OF_ALL: Final = (
    "SELECT 0, unnest(ARRAY[merged_at, first_review_at]) AS at FROM metrics_pullrequestfact"
    " WHERE pull_request_id = ANY(%s)"
)


def _ids(keys: Sequence[Key]) -> list[int]:
    return [one for (one,) in keys]


@contextmanager
def _cells(moments: str, keys: Sequence[Key]) -> Iterator[None]:
    """The lock comes first, so that no row is held while it is waited for."""
    cells.lock()
    with database.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({moments}) counted WHERE at IS NOT NULL", [_ids(keys)])  # noqa: S608 - above
        touched = cursor.fetchall()
    yield
    if touched:
        cells.recompute(touched, time_zone=organisation().time_zone)


@contextmanager
def _issues_named(keys: Sequence[Key]) -> Iterator[None]:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT pull_request_id FROM delivery_pullrequestissuekey WHERE id = ANY(%s)",
            [_ids(keys)],
        )
        note_issues_named_by(pull_request for (pull_request,) in cursor.fetchall())
    yield


@contextmanager
def _issues_said(keys: Sequence[Key]) -> Iterator[None]:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT issue_id FROM delivery_issuecorrection WHERE id = ANY(%s)",
            [_ids(keys)],
        )
        note_issues(issue for (issue,) in cursor.fetchall())
    yield


FIGURES: Final[Around] = {
    "metrics_pullrequestteam": lambda keys: _cells(_OF_TEAMS, keys),
    "metrics_pullrequestfact": lambda keys: _cells(_OF_ALL, keys),
    "delivery_pullrequestissuekey": _issues_named,
    "delivery_issuecorrection": _issues_said,
}


def figures_after() -> Step:
    """Deployments that were repaired by what is gone, work sorted by it, and what must not be told apart: few rows that
    have all of that computed again by and by.
    """

    def note(_: int) -> int:
        note_all_deployments()
        note_investment()
        UncutBasis.objects.all().delete()
        return 0

    return Step("metrics_uncutbasis", note)
