"""On a date that nothing bears out nothing goes for its age, and people are told; what was off goes on by itself."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from backend.accounts.models import User
from backend.audit.models import Event
from backend.delivery.models import Horizon, Issue, PullRequest
from backend.governance.models import RetentionRun
from backend.governance.retention.dates import confirm_date, last_borne_out
from backend.governance.retention.engine import begin
from backend.sources.models import SyncRun
from tests import worked
from tests.factories import History, a_connection
from tests.governance.retention.conftest import finish, keep
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db
TONIGHT = datetime(2026, 11, 26, 1, 15, tzinfo=UTC)
FAR = datetime(2036, 11, 27, 1, 15, tzinfo=UTC)


def a_night(at: datetime) -> int:
    """How many notes of collecting are left."""
    with time_machine.travel(at, tick=False):
        begin()
        # The database's own clock, which nobody moves here, keeps what is web's.
        RetentionRun.objects.exclude(policy="collecting").delete()
        finish()
        return SyncRun.objects.count()


def runs(*ages: float) -> None:
    """Notes of collecting, which are kept for 30 days, so many days old tonight."""
    source = a_connection()
    for days in ages:
        at = TONIGHT - timedelta(days=days)
        SyncRun.objects.create(connection=source, kind="connection", started_at=at)


def test_a_clock_far_ahead_takes_nothing_and_it_is_told() -> None:
    runs(40, 29.5, 10, 1)
    keep(pull_requests=400)
    assert a_night(TONIGHT) == 3
    horizons, nights = [*Horizon.objects.values("pk", "since")], RetentionRun.objects.count()
    assert a_night(FAR) == 3
    assert [*Horizon.objects.values("pk", "since")] == horizons
    assert RetentionRun.objects.count() == nights
    assert Event.objects.get(name="retention_held").additional_data == {
        "since": TONIGHT.isoformat()
    }
    # Set right again, it goes on where it was.
    assert a_night(TONIGHT + timedelta(days=2)) == 2
    assert Event.objects.filter(name="retention_began").count() == 2


@examples(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None
)
@given(ahead=st.integers(1, 4_000))
def test_a_wrong_clock_takes_at_most_what_a_week_takes(ahead: int) -> None:
    RetentionRun.objects.all().delete()
    SyncRun.objects.all().delete()
    runs(*range(40))
    a_night(TONIGHT)
    left = a_night(TONIGHT + timedelta(days=ahead))
    assert left >= 31 - 7
    assert left == 31 - (ahead if ahead <= 7 else 0)


@pytest.mark.parametrize("kind", [PullRequest, Issue])
def test_what_was_off_for_months_goes_on_once_it_has_collected(kind: type) -> None:
    runs(20, 10)
    a_night(TONIGHT)
    later = TONIGHT + timedelta(days=120)
    if kind is PullRequest:
        History().pull(None, opened=later - timedelta(days=3))
    else:
        worked.Tracker(begin=later - timedelta(days=3)).issue(None, (1, "In Progress"))
    assert a_night(later) == 0


def test_old_news_bear_nothing_out() -> None:
    runs(10)
    History().pull(None, opened=TONIGHT)
    a_night(TONIGHT)
    assert a_night(FAR) == 1


@pytest.mark.parametrize("years", [1, 20])
def test_news_of_years_to_come_bear_nothing_out(years: int) -> None:
    """As of an issue that was imported with a date of anybody's choice."""
    runs(10)
    a_night(TONIGHT)
    worked.Tracker(begin=TONIGHT + years * timedelta(days=365)).issue(None, (1, "In Progress"))
    assert a_night(TONIGHT + timedelta(days=120)) == 1


def test_a_clock_that_went_back_goes_by_the_nights_before() -> None:
    for days in (0, 7, 14):
        a_night(TONIGHT + timedelta(days=days))
    with time_machine.travel(TONIGHT + timedelta(days=2), tick=False):
        assert last_borne_out() is None


def test_news_count_by_the_demo_s_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CLOCK_OFFSET", timedelta(days=-300))
    a_night(TONIGHT)
    later = TONIGHT + timedelta(days=120)
    History().pull(None, opened=later - timedelta(days=302))
    with time_machine.travel(later, tick=False):
        assert last_borne_out() is None


def test_without_sources_a_person_says_that_the_date_is_right() -> None:
    runs(10)
    a_night(TONIGHT)
    later = TONIGHT + timedelta(days=120)
    assert a_night(later) == 1
    with time_machine.travel(later + timedelta(hours=8), tick=False):
        owner = an_account(User.Role.OWNER)
        confirm_date(acting_user=owner)
        assert last_borne_out() is None
    assert Event.objects.get(name="retention_date_confirmed").actor == owner
    assert a_night(later + timedelta(days=1)) == 0
    # It is no word for the next time.
    with time_machine.travel(FAR, tick=False):
        assert last_borne_out() == later + timedelta(days=1)


def test_nothing_is_compared_before_the_first_night() -> None:
    runs(40)
    History().pull(None, opened=TONIGHT - timedelta(days=400))
    assert a_night(TONIGHT) == 0
