"""Figures and rows of deployments: what they count, and what they keep back."""

from datetime import date

import pytest

from backend.delivery.models import PullRequest
from backend.metrics import compute
from backend.metrics.deployments import queries, results
from backend.metrics.deployments.asked import Asked
from backend.metrics.formulas.distribution import percentile_cont
from backend.metrics.scope import scope_of
from backend.people.models import Identity, Team
from tests.deployed import Deployed, fixed
from tests.factories import History, a_team, an_identity

pytestmark = pytest.mark.django_db
START, END = date(2026, 3, 2), date(2026, 3, 30)


@pytest.fixture
def history() -> History:
    return History()


@pytest.fixture
def people(history: History) -> list[Identity]:
    return [an_identity(history.repository.connection) for _ in range(4)]


@pytest.fixture
def team(people: list[Identity]) -> Team:
    """Three of the four."""
    return a_team(*people[:3], slug="team-a")


@pytest.fixture
def shop(history: History) -> Deployed:
    return Deployed(history.repository)


def asked(team: Team | None = None, start: date = START, end: date = END, **more: str) -> Asked:
    return Asked(scope_of(team=team, start=start, end=end), **more)


def merged(history: History, *authors: Identity | None) -> list[PullRequest]:
    """A pull request of each, an hour's coding and two hours' cycle, merged at MONDAY + 1 hour."""
    found = [history.pull(author, merged=1) for author in authors]
    compute.measure()
    return found


def test_the_four_keys_of_a_range(
    history: History, people: list[Identity], team: Team, shop: Deployed
) -> None:
    pulls = merged(history, *people[:3], people[3])
    shop.at(1, role="baseline", contents_reason="It is the first known.")
    bad = shop.at(10, *pulls[:2])
    good = shop.at(14, pulls[2], pulls[3])
    fixed(bad, good)
    shop.at(15, outcome="failed")
    shop.at(None, outcome="in_progress")
    found = queries.figures(asked())
    assert found.deployment_frequency is not None
    assert found.deployment_frequency.deployments == 3
    assert found.deployment_frequency.per_day == 3 / 28
    assert found.deployment_frequency.per_week == pytest.approx(3 / 4)
    assert [(one.deployments, one.days) for one in found.deployment_frequency.distribution] == [
        (0, 27),
        (3, 1),
    ]
    assert found.lead_time is not None
    leads = [11 * 3600, 11 * 3600, 15 * 3600, 15 * 3600]
    assert (found.lead_time.median, found.lead_time.n) == (percentile_cont(leads, 0.5), 4)
    assert found.merge_to_deploy is not None
    assert found.merge_to_deploy.median == percentile_cont([lead - 2 * 3600 for lead in leads], 0.5)
    assert found.change_failure_rate is not None
    assert found.change_failure_rate.value == 1 / 3
    assert found.time_to_restore is not None
    assert (found.time_to_restore.median, found.time_to_restore.n) == (4 * 3600, 1)
    assert (found.unrestored, found.baselines, found.rollbacks) == (0, 1, 0)
    assert found.attempts == results.Attempts(failed=1, in_progress=1)
    assert found.bands.lead_time is not None
    assert (found.bands.lead_time.level, found.bands.lead_time.year) == ("elite", 2024)
    first = found.weeks[0]
    assert (first.deployments, first.changes, first.failed_attempts) == (3, 4, 1)
    assert (first.lead_time_median, first.time_to_restore_median) == (13 * 3600, 4 * 3600)
    assert sum(bucket.n for bucket in found.histogram) == 4
