"""Lists of single tests, their proof, owners and mutes, from reports as they are stored."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import User
from backend.delivery.models import AutomatedTest, MutedTest, OwnerPattern
from backend.delivery.store import muting
from backend.metrics import compute as all_figures
from backend.metrics.scope import Scope, scope_of
from backend.metrics.test_runs import results, single
from backend.metrics.test_runs.narrowing import Narrowing
from backend.people.models import Team
from tests.factories import History, a_repository, a_team, an_identity
from tests.tested import Machines

pytestmark = pytest.mark.django_db
START, END = date(2026, 3, 2), date(2026, 3, 30)
DAY = 24 * 3600
ALL = Narrowing()


@pytest.fixture
def machines() -> Machines:
    return Machines()


def scope(team: Team | None = None, start: date = START, end: date = END) -> Scope:
    return scope_of(team=team, start=start, end=end)


def listed(
    kind: single.Kind = "flaky", sort: str = "-flake_rate", **values: str
) -> list[results.Test]:
    table = single.Table(kind=kind, sort=sort, **values)  # type: ignore[arg-type] # as the API checked
    return single.page(scope(), ALL, table, page=1, page_size=50).items


def test_the_flake_rate_is_commits_with_both_outcomes_of_those_where_it_ran(
    machines: Machines,
) -> None:
    machines.report("a", {"login": "fp", "cart": "p"})
    machines.report("b", {"login": "p", "cart": "f"})
    machines.report("b", {"cart": "p"}, at=60)
    machines.report("c", {"login": "s", "cart": "p"}, at=DAY)
    machines.report("d", {"login": "f", "cart": "p"}, at=2 * DAY)
    found = {test.name: test for test in listed()}
    login, cart = found["login"], found["cart"]
    assert (login.flaky_commits, login.commits, login.flake_rate) == (1, 3, 1 / 3)
    assert (cart.flaky_commits, cart.commits, cart.flake_rate) == (1, 4, 0.25)
    assert (login.passed, login.failed, login.skipped) == (2, 2, 1)
    assert (login.failure_rate, login.last_flaky_on) == (0.5, START)
    assert [test.name for test in listed()] == ["login", "cart"]
    assert [test.name for test in listed(sort="flake_rate")] == ["cart", "login"]


def test_failing_alone_is_not_flaky(machines: Machines) -> None:
    machines.report("a", {"broken": "ff", "fine": "p"})
    assert listed() == []
    (failing,) = listed("failing", "-failed")
    assert (failing.name, failing.failed, failing.failure_rate) == ("broken", 2, 1)
    assert failing.proof == []


def test_the_proof_is_the_latest_commits_with_both_outcomes(machines: Machines) -> None:
    for day, sha in enumerate("abcde"):
        machines.report(sha, {"login": "p" if sha == "c" else "fp"}, at=day * DAY)
    machines.report("c", {"login": "p"}, at=5 * DAY)
    machines.report("broken", {"login": "ff"}, at=6 * DAY)
    (test,) = listed()
    assert [commit.sha for commit in test.proof] == ["e", "d", "b"]
    url = f"https://ghes.example/{machines.repository.name_with_owner}"
    assert test.proof[0].url == f"{url}/commit/e"
    found = single.detail(scope(), test.id)
    assert found is not None
    assert [proof.sha for proof in found.proofs] == ["e", "d", "b", "a"]
    assert [one.outcome for one in found.proofs[0].outcomes] == ["failed", "passed"]
    assert len({one.key for one in found.proofs[0].outcomes}) == 2
    assert [day.flaky_commits for day in found.days] == [1, 1, 0, 1, 1, 0, 0]


def test_an_outcome_names_the_attempt_that_it_came_from(machines: Machines) -> None:
    machines.report("a", {"login": "f"}, run_external_id=77, attempt=1, job="unit")
    machines.report("a", {"login": "p"}, at=60, run_external_id=77, attempt=2, job="unit")
    (test,) = listed()
    found = single.detail(scope(), test.id)
    assert found is not None
    failed, passed = found.proofs[0].outcomes
    url = f"https://ghes.example/{machines.repository.name_with_owner}/actions/runs/77/attempts"
    assert (failed.outcome, failed.run_url, failed.job) == ("failed", f"{url}/1", "unit")
    assert (passed.outcome, passed.run_url, passed.seconds) == ("passed", f"{url}/2", 0.04)


def test_the_slowest_are_those_that_took_a_second_and_more(machines: Machines) -> None:
    machines.report("a", {"quick": "p"}, milliseconds=999)
    machines.report("a", {"slow": "p"}, milliseconds=1000)
    machines.report("a", {"slower": "pp"}, milliseconds=4000)
    machines.report("b", {"slower": "p"}, milliseconds=1000)
    machines.report("a", {"untimed": "p"}, milliseconds=None)
    first, second = listed("slowest", "-mean")
    assert (first.name, first.seconds, first.mean_seconds) == ("slower", 9, 3)
    assert (first.slowest_seconds, second.name) == (4, "slow")


def test_only_days_of_the_range_count(machines: Machines) -> None:
    machines.report("a", {"login": "fp"}, at=-DAY)
    machines.report("b", {"login": "fp"})
    machines.report("c", {"login": "fp"}, at=28 * DAY)
    (test,) = listed()
    assert (test.commits, [commit.sha for commit in test.proof]) == (1, ["b"])


def test_search_takes_signs_for_themselves(machines: Machines) -> None:
    machines.report("a", {"log_in": "fp", "login": "fp", "100%": "fp", "back\\slash": "fp"})
    assert [test.name for test in listed(search="LOG_IN")] == ["log_in"]
    assert [test.name for test in listed(search="0%")] == ["100%"]
    assert [test.name for test in listed(search="k\\s")] == ["back\\slash"]
    assert len(listed(search="suite login")) == 1
    assert listed(search="nothing") == []


@pytest.mark.parametrize("sort", list(single.SORTS))
@pytest.mark.parametrize("kind", ["flaky", "failing", "slowest"])
def test_every_list_can_be_sorted_by_everything_both_ways(
    machines: Machines, kind: single.Kind, sort: str
) -> None:
    machines.report("a", {"login": "fp", "cart": "ffp"}, milliseconds=2000)
    machines.report("b", {"login": "p", "cart": "p"}, milliseconds=3000)
    up, down = listed(kind, sort), listed(kind, f"-{sort}")
    assert {test.name for test in up} == {test.name for test in down} == {"login", "cart"}


def test_muting_says_why_and_ends_by_itself(machines: Machines) -> None:
    machines.report("a", {"login": "fp", "cart": "fp"})
    login = AutomatedTest.objects.get(name="login")
    by = User.objects.create(email="eve@plumbline.example", name="Eve")
    today = scope().today
    muting.mute(test=login, reason="The mail server is slow.", until=today, by=by)
    (muted,) = listed(show="muted")
    assert muted.muted is not None
    assert (muted.muted.reason, muted.muted.until) == ("The mail server is slow.", today)
    assert (muted.muted.by, muted.flaky_commits) == ("Eve", 1)
    assert [test.name for test in listed(show="unmuted")] == ["cart"]
    assert single.counts(scope(), ALL) == single.Counts(2, 2, 1, None)
    MutedTest.objects.update(until=today - timedelta(days=1))
    assert listed(show="muted") == []
    assert len(listed(show="unmuted")) == 2
    assert single.counts(scope(), ALL).muted == 0


def test_tests_of_nothing_known_are_not_0(machines: Machines) -> None:
    found = single.counts(scope(), ALL)
    assert (found.tests, found.flaky, found.muted) == (None, None, None)
    assert "POST /api/v1/test-results" in (found.reason or "")


def test_of_a_team_the_tests_are_of_the_repositories_it_worked_on(machines: Machines) -> None:
    author = an_identity(machines.repository.connection)
    team, others = a_team(author), a_team(an_identity(machines.repository.connection))
    History(machines.repository).pull(author, merged=3)
    all_figures.measure()
    machines.report("a", {"login": "fp"})
    Machines(a_repository()).report("a", {"elsewhere": "fp"})
    table = single.Table(kind="flaky")
    assert [test.name for test in single.everything(scope(team), ALL, table)] == ["login"]
    assert single.everything(scope(others), ALL, table) == []
    assert len(single.everything(scope(), ALL, table)) == 2
    narrow = Narrowing(repository=machines.repository.name_with_owner)
    assert [test.name for test in single.everything(scope(), narrow, table)] == ["login"]
    seen = Team.objects.filter(pk=others.pk)
    assert not single.may_be_seen(AutomatedTest.objects.get(name="login").pk, within=seen)


def test_a_renamed_test_is_another_one(machines: Machines) -> None:
    machines.report("a", {"before": "fp"})
    machines.report("a", {"after": "p"}, at=60)
    assert [test.name for test in listed()] == ["before"]
    page = single.page(scope(), ALL, single.Table(kind="flaky"), page=1, page_size=1)
    assert "renamed or moved" in page.note


def test_owners_are_those_of_the_last_line_that_matches(machines: Machines) -> None:
    machines.report("a", {"login": "fp"}, file="shop/cart/test_login.py")
    for position, (pattern, owners) in enumerate(
        [("*", ["@org/all"]), ("/shop/", ["@org/shop"]), ("*.js", ["@org/web"])]
    ):
        OwnerPattern.objects.create(
            repository=machines.repository, position=position, pattern=pattern, owners=owners
        )
    (test,) = listed()
    assert test.owners == ["@org/shop"]
    assert test.file_url == (
        f"https://ghes.example/{machines.repository.name_with_owner}/blob/main/shop/cart/test_login.py"
    )
    OwnerPattern.objects.create(
        repository=machines.repository, position=3, pattern="test_login.py", owners=[]
    )
    assert listed()[0].owners == []


def test_lists_take_few_statements(machines: Machines) -> None:
    for number in range(5):
        machines.report("a", {f"test {number}": "fp"}, file="a.py")
    with CaptureQueriesContext(connection) as captured:
        assert len(listed()) == 5
    assert len(captured) == 5 + 1  # the organisation's
