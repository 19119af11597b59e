"""Figures and rows of deployments: what they count, and what they keep back."""

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from backend.delivery.models import Incident, PullRequest
from backend.metrics import compute
from backend.metrics.deployments import queries, results, rows
from backend.metrics.deployments.asked import Asked
from backend.metrics.formulas.distribution import percentile_cont
from backend.metrics.scope import scope_of
from backend.people.models import Identity, Team
from tests.deployed import Deployed, fixed
from tests.factories import MONDAY, History, a_team, an_identity, hours

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


def test_a_range_without_deployments_has_reasons_and_no_zeros(team: Team) -> None:
    found = queries.figures(asked(team))
    assert found.deployment_frequency is not None
    assert (found.deployment_frequency.deployments, found.deployment_frequency.per_day) == (0, 0)
    for figure in (found.lead_time, found.change_failure_rate, found.time_to_restore):
        assert figure is not None
        assert figure.reason == queries.NOTHING
    assert found.lead_time is not None
    assert found.change_failure_rate is not None
    assert (found.lead_time.median, found.change_failure_rate.value) == (None, None)
    assert found.bands.model_dump() == dict.fromkeys(results.Bands.model_fields)
    assert [week.lead_time_median for week in found.weeks] == [None] * 4
    assert [week.change_failure_rate for week in found.weeks] == [None] * 4
    assert [week.deployments for week in found.weeks] == [0] * 4
    assert (found.previous, found.suppressed) == (None, None)


def test_a_range_to_come_has_no_frequency(team: Team) -> None:
    found = queries.figures(asked(team, date(2199, 1, 1), date(2199, 1, 8)))
    assert found.deployment_frequency is not None
    assert found.deployment_frequency.per_day is None
    assert found.deployment_frequency.reason == queries.NOT_YET


@pytest.mark.parametrize("changes", [0, 1])
def test_without_a_failure_nothing_was_restored(
    history: History, people: list[Identity], shop: Deployed, changes: int
) -> None:
    shop.at(5, *merged(history, *people[:3])[:changes])
    found = queries.figures(asked())
    assert found.change_failure_rate is not None
    assert (found.change_failure_rate.value, found.change_failure_rate.reason) == (0, None)
    assert found.time_to_restore is not None
    assert (found.time_to_restore.n, found.time_to_restore.reason) == (0, queries.NO_FAILURE)
    if not changes:
        assert found.lead_time is not None
        assert (found.lead_time.n, found.lead_time.reason) == (0, queries.NO_CHANGE)


def test_of_several_fixes_the_earliest_restores_and_a_failure_counts_once(
    history: History, shop: Deployed
) -> None:
    bad, open_one = shop.at(1), shop.at(2)
    later, latest = shop.at(4), shop.at(6)
    fixed(bad, latest, kind="hotfix")
    fixed(bad, later)
    ended = an_incident(shop, begins=1.5, ends=3)
    fixed(bad, ended, kind="incident")
    fixed(open_one, an_incident(shop, begins=2.5), kind="incident", is_inferred=True)
    found = queries.figures(asked())
    assert found.change_failure_rate is not None
    assert (found.change_failure_rate.numerator, found.change_failure_rate.denominator) == (2, 4)
    assert found.time_to_restore is not None
    assert (found.time_to_restore.median, found.time_to_restore.n) == (2 * 3600, 1)
    assert (found.unrestored, found.inferred) == (1, 1)


def an_incident(shop: Deployed, *, begins: float, ends: float | None = None) -> Incident:
    number = Incident.objects.count() + 1
    return Incident.objects.create(
        repository=shop.repository,
        external_id=f"INC-{number}",
        service=shop.service,
        started_at=MONDAY + hours(begins),
        resolved_at=None if ends is None else MONDAY + hours(ends),
        reported_at=MONDAY,
    )


def test_a_service_and_an_environment_can_be_asked_for(
    history: History, people: list[Identity], shop: Deployed
) -> None:
    pulls = merged(history, *people)
    cart = Deployed(history.repository, service="cart")
    shop.at(5, *pulls[:3])
    cart.at(9, *pulls)
    Deployed(history.repository, environment="staging").at(2, *pulls)
    Deployed(service="cart").at(3)
    for question, n, changes in (
        (asked(), 3, 7),
        (asked(service="cart"), 2, 4),
        (asked(service="cart", repository=history.repository.name_with_owner), 1, 4),
        (asked(environment="staging"), 1, 4),
        (asked(environment="testing"), 0, 0),
        (asked(repository="no/such"), 0, 0),
    ):
        found = queries.figures(question)
        assert found.deployment_frequency is not None
        assert found.deployment_frequency.deployments == n
        assert found.lead_time is not None
        assert found.lead_time.n == changes
        assert rows.count(question, rows.Table()) == n


def test_a_team_has_the_deployments_and_the_changes_that_are_its_own(
    history: History, people: list[Identity], team: Team, shop: Deployed
) -> None:
    pulls = merged(history, *people)
    shop.at(5, *pulls[:3])
    shop.at(9, pulls[3])
    shop.at(10)
    both = merged(history, people[0], people[3])
    shop.at(20, *both)
    found = queries.figures(asked(team))
    assert found.deployment_frequency is not None
    assert found.deployment_frequency.deployments == 2
    assert found.lead_time is not None
    assert (found.lead_time.n, found.people) == (4, 3)
    page = rows.page(asked(team), rows.Table(sort="finished_at"), page=1, page_size=10)
    assert [row.changes for row in page.items] == [3, 1]
    everybody = rows.page(asked(), rows.Table(sort="finished_at"), page=1, page_size=10)
    assert [row.changes for row in everybody.items] == [3, 1, 0, 2]


def test_attempts_are_of_the_teams_whose_service_it_is(
    history: History, people: list[Identity], team: Team, shop: Deployed
) -> None:
    shop.at(5, *merged(history, *people[:3]))
    shop.at(6, outcome="failed")
    shop.at(None, outcome="in_progress")
    other = Deployed(service="other")
    other.at(6, outcome="failed")
    found = queries.figures(asked(team))
    assert found.attempts == results.Attempts(failed=1, in_progress=1)
    assert found.weeks[0].failed_attempts == 1
    assert rows.count(asked(team), rows.Table(outcome="failed")) == 1
    assert queries.figures(asked()).attempts == results.Attempts(failed=2, in_progress=1)


def assert_nothing_told(found: results.DeploymentFigures) -> None:
    told = found.model_dump(
        exclude={"team", "range", "environment", "suppressed", "versions", "computed_at"}
    )
    weeks, bands = told.pop("weeks"), told.pop("bands")
    assert {name for name, value in told.items() if value not in (None, [])} == set()
    assert set(bands.values()) == {None}
    numbers = set(results.DeploymentWeek.model_fields) - {"start", "partial", "suppressed"}
    assert {week[name] for week in weeks for name in numbers} == {None}


def test_of_a_team_all_that_is_about_too_few_people_is_kept_back(
    history: History, people: list[Identity], team: Team, shop: Deployed
) -> None:
    bad = shop.at(5, *merged(history, *people[:2], people[0]))
    fixed(bad, shop.at(7))
    found = queries.figures(asked(team))
    assert found.suppressed is not None
    assert found.suppressed.minimum_group_size == 3
    assert_nothing_told(found)


def test_without_a_team_lead_times_alone_are_about_people(
    history: History, people: list[Identity], shop: Deployed
) -> None:
    shop.at(5, *merged(history, *people[:2]))
    shop.at(24 * 8, *merged(history, *people[:3]))
    found = queries.figures(asked(end=date(2026, 3, 9)))
    assert found.suppressed is None
    assert found.deployment_frequency is not None
    assert found.deployment_frequency.deployments == 1
    assert found.lead_time is not None
    assert (found.lead_time.median, found.lead_time.n) == (None, None)
    assert "fewer than 3 people" in str(found.lead_time.reason)
    assert (found.people, found.histogram, found.bands.lead_time) == (None, [], None)
    first, second, *_ = queries.figures(asked()).weeks
    assert (first.suppressed, first.deployments, first.changes) == (True, 1, None)
    assert first.lead_time_median is None
    assert (second.suppressed, second.changes) == (False, 3)
    after = queries.figures(asked(start=date(2026, 3, 9), end=date(2026, 3, 16)))
    assert after.previous is not None
    assert (after.previous.deployments, after.previous.lead_time_median) == (1, None)


def test_changes_of_bots_are_counted_where_they_are_asked_for(
    history: History, people: list[Identity], shop: Deployed
) -> None:
    bot = an_identity(history.repository.connection, is_bot=True)
    shop.at(5, *merged(history, *people[:3], bot))
    without = queries.figures(asked())
    scope = scope_of(team=None, start=START, end=END, with_bots=True)
    having = queries.figures(Asked(scope))
    for found, n in ((without, 3), (having, 4)):
        assert found.lead_time is not None
        assert (found.lead_time.n, found.people) == (n, 3)


def test_days_and_weeks_are_those_of_the_teams_time_zone(
    history: History, people: list[Identity], shop: Deployed
) -> None:
    berlin = a_team(*people[:3], slug="berlin", time_zone="Europe/Berlin")
    pulls = merged(history, *people[:3], *people[:3])
    shop.at(24 * 7 - 1, *pulls[:3])  # Sunday in UTC, Monday in Berlin
    shop.at(24 * 7 + 1, *pulls[3:])
    question = asked(berlin, date(2026, 3, 2), date(2026, 3, 16))
    found = queries.figures(question)
    assert [week.deployments for week in found.weeks] == [0, 2]
    assert [week.changes for week in found.weeks] == [0, 6]
    assert found.deployment_frequency is not None
    assert found.deployment_frequency.days_with_one == 1
    assert found.deployment_frequency.per_week_median == 1
    utc = queries.figures(asked(None, date(2026, 3, 2), date(2026, 3, 16)))
    assert [week.deployments for week in utc.weeks] == [1, 1]


def test_the_range_before_is_compared_with(
    history: History, people: list[Identity], shop: Deployed
) -> None:
    bad = shop.at(5, *merged(history, *people[:3]))
    fixed(bad, shop.at(7))
    found = queries.figures(asked(start=date(2026, 3, 9), end=date(2026, 3, 16)))
    assert found.previous == results.PreviousDeployments(
        from_=date(2026, 3, 2),
        to=date(2026, 3, 9),
        deployments=2,
        per_week=2,
        lead_time_median=6 * 3600,
        change_failure_rate=0.5,
        time_to_restore_median=2 * 3600,
    )


def test_an_unrelated_repository_changes_nothing_of_a_service(
    history: History, people: list[Identity], team: Team, shop: Deployed
) -> None:
    shop.at(5, *merged(history, *people[:3]))
    name = history.repository.name_with_owner
    before = [queries.figures(one) for one in (asked(team), asked(repository=name))]
    other = History()
    stranger = an_identity(other.repository.connection)
    Deployed(other.repository).at(6, *merged(other, stranger))
    after = [queries.figures(one) for one in (asked(team), asked(repository=name))]
    left_out = {"computed_at"}
    assert [one.model_dump(exclude=left_out) for one in after] == [
        one.model_dump(exclude=left_out) for one in before
    ]


def test_weeks_add_up_to_the_range(
    history: History, people: list[Identity], shop: Deployed
) -> None:
    for day in range(20):
        made = shop.at(24 * day + 5, *(merged(history, people[day % 4]) if day % 3 else ()))
        if day % 5 == 4:
            fixed(made, shop.at(24 * day + 6))
    found = queries.figures(asked())
    assert found.deployment_frequency is not None
    assert found.change_failure_rate is not None
    assert found.lead_time is not None
    deployments = [week.deployments or 0 for week in found.weeks]
    assert sum(deployments) == found.deployment_frequency.deployments == 24
    failing = [(week.change_failure_rate or 0) * (week.deployments or 0) for week in found.weeks]
    assert sum(failing) == pytest.approx(found.change_failure_rate.numerator)
    assert sum(week.changes or 0 for week in found.weeks) == found.lead_time.n == 13
    spread = found.deployment_frequency.distribution
    assert sum(one.days for one in spread) == found.deployment_frequency.days == 28
    assert sum(one.days * one.deployments for one in spread) == 24


@pytest.mark.parametrize("sort", sorted(rows.SORTS))
@pytest.mark.parametrize("down", [True, False])
def test_the_table_is_sorted_and_paged(
    history: History, people: list[Identity], shop: Deployed, sort: str, *, down: bool
) -> None:
    bad = shop.at(5, *merged(history, *people[:2]))
    fixed(bad, shop.at(7))
    shop.at(6, outcome="failed")
    shop.at(None, outcome="in_progress")
    Deployed(service="cart").at(8, *merged(history, people[2]))
    table = rows.Table(sort=f"-{sort}" if down else sort)
    whole = rows.page(asked(), table, page=1, page_size=10)
    pages = [rows.page(asked(), table, page=number, page_size=2).items for number in (1, 2, 3)]
    assert [row.id for page in pages for row in page] == [row.id for row in whole.items]
    assert [row.id for row in rows.everything(asked(), table)] == [row.id for row in whole.items]
    assert whole.total == len(whole.items) == 5
    field = {"lead_time": "lead_time_median", "restore": "restore_seconds"}.get(sort, sort)
    values = [getattr(row, field) for row in whole.items if getattr(row, field) is not None]
    assert values == sorted(values, reverse=down)


def test_a_row_tells_what_is_known_and_null_of_the_rest(
    history: History, people: list[Identity], shop: Deployed
) -> None:
    bad = shop.at(5, *merged(history, *people[:2]))
    fixed(bad, shop.at(7))
    shop.at(8, commit_count=None, direct_commit_count=None, contents_reason="Not known.")
    shop.at(9, outcome="failed")
    page = rows.page(asked(), rows.Table(sort="finished_at"), page=1, page_size=10)
    first, second, third, fourth = page.items
    assert (first.changes, first.lead_time_median) == (2, 6 * 3600)
    assert (first.failed_in_use, first.restore_seconds) == (True, 2 * 3600)
    assert (second.changes, second.failed_in_use, second.restore_seconds) == (0, False, None)
    assert (third.changes, third.contents_reason) == (None, "Not known.")
    assert (fourth.outcome, fourth.role, fourth.changes) == ("failed", None, None)
    site = f"{history.repository.connection.url}/{history.repository.name_with_owner}"
    assert first.url == f"{site}/commit/{bad.sha}"


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        (rows.Table(outcome="failed_in_use"), ["bad"]),
        (rows.Table(outcome="succeeded"), ["bad", "good"]),
        (rows.Table(outcome="failed"), ["attempt"]),
        (rows.Table(outcome="in_progress"), ["going"]),
        (rows.Table(search="goo"), ["good"]),
        (rows.Table(search="SHOP oin"), ["going"]),
        (rows.Table(search="beef"), ["bad"]),
        (rows.Table(search="eef"), []),
        (rows.Table(search="100%"), []),
    ],
    ids=lambda one: None if isinstance(one, list) else one.search or one.outcome,
)
def test_the_table_is_narrowed(shop: Deployed, table: rows.Table, keys: list[str]) -> None:
    bad = shop.at(1, key="bad", sha="beef" * 10)
    fixed(bad, shop.at(2, key="good"))
    shop.at(3, key="attempt", outcome="failed")
    shop.at(None, key="going", outcome="in_progress")
    found = rows.page(asked(), table, page=1, page_size=10).items
    assert sorted(row.key for row in found) == keys
    assert rows.count(asked(), table) == len(keys)


def test_the_statements_of_the_figures_are_few(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    question = asked(team)
    with django_assert_num_queries(6):
        queries.figures(question)
