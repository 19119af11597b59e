"""Figures that reach back beyond what is kept say so: absent, with a reason, and never 0."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from backend.metrics import queries
from backend.metrics.compute import measure, recompute_all
from backend.metrics.scope import Scope, scope_of
from tests.factories import History, an_identity
from tests.governance.retention.conftest import purge
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HORIZON = date(2025, 10, 16)
"""A Thursday, 400 days before."""


def _fill() -> None:
    """Two a day for ninety days, around the horizon."""
    history = History()
    people = [an_identity(history.repository.connection) for _ in range(8)]
    for day in range(-45, 45):
        at = datetime(2025, 10, 16, 12, tzinfo=UTC) + timedelta(days=day)
        for hour in range(2):
            history.pull(people[(2 * day + hour) % 8], opened=at, merged=hour + 1)
    measure()


def _scope(start: date, end: date) -> Scope:
    return scope_of(team=None, start=start, end=end)


def test_what_is_younger_stays_as_it_is_and_what_is_older_is_absent() -> None:
    with time_machine.travel(NOW, tick=True):
        _fill()
        after = _scope(date(2025, 10, 20), date(2025, 11, 17))
        before = queries.figures(after)
        purge(pull_requests=400)
        for again in (False, True):
            if again:
                recompute_all()
            kept = queries.figures(after)
            assert kept.cycle_time == before.cycle_time
            assert kept.weeks == before.weeks
            assert before.previous is not None
            assert kept.previous is None

            across = queries.figures(_scope(date(2025, 9, 29), date(2025, 11, 3)))
            assert [(week.start, week.n) for week in across.weeks] == [
                (date(2025, 9, 29), None),
                (date(2025, 10, 6), None),
                (date(2025, 10, 13), None),
                (date(2025, 10, 20), 14),
                (date(2025, 10, 27), 14),
            ]
            gone = queries.figures(_scope(date(2025, 9, 1), date(2025, 10, 1)))
            assert gone.cycle_time is not None
            assert gone.cycle_time.reason == queries.NOT_KEPT
            months = queries.months(_scope(date(2025, 9, 1), date(2025, 12, 1)))
            assert [month.start for month in months] == [date(2025, 11, 1)]


def test_the_api_says_since_when_pull_requests_are_kept(client: Client) -> None:
    with time_machine.travel(NOW, tick=True):
        _fill()
        purge(pull_requests=400)
        sign_in(client, an_account(role="administrator"))
        path = "/api/v1/pull-requests/figures?from={}&to=2025-12-01"
        told = client.get(path.format("2025-09-01")).json()["completeness"]
        assert told["complete"] is False
        assert (
            "before 16 October 2025 is older than what is kept of pull requests" in told["reason"]
        )
        later = client.get(path.format("2025-10-16")).json()["completeness"]
        assert "older than what is kept" not in (later["reason"] or "")
