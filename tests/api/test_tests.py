"""What the routes of test runs and tests answer, beyond the figures themselves."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from backend import clock
from backend.audit.models import Event
from backend.delivery.models import AutomatedTest, MutedTest
from backend.metrics.test_runs import compute
from tests.api.conftest import CAST, SignIn, World, statements_of
from tests.recorded import recorded
from tests.tested import Machines

pytestmark = pytest.mark.django_db
RANGE = "from=2026-03-02&to=2026-03-16"
A = f"team=team-a&{RANGE}"


@pytest.fixture
def ran(world: World) -> World:
    """A run on the head of each pull request, and a flaky test of the shared repository."""
    machines = Machines(world.history.repository)
    for number, pull in enumerate(world.history.repository.pull_requests.order_by("pk")):
        asked = number * 3600
        job = ("test", "success", asked + 10, asked + 70)
        machines.run(pull.head_sha, asked=asked, jobs=[job], event="pull_request")
    machines.report("a", {"=login": "fp", "slow": "p"}, milliseconds=2000)
    compute.note_everything()
    while compute.measure():
        pass
    return world


@pytest.fixture
def lead(sign_in: SignIn, ran: World) -> Client:
    client = sign_in("lead of team a")
    client.get("/api/v1/me")  # the session is noted once
    return client


@pytest.fixture
def administrator(sign_in: SignIn, ran: World) -> Client:
    return sign_in("administrator")


def lines(client: Client, path: str) -> list[dict[str, str]]:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_a_lead_sees_the_runs_of_their_team(lead: Client) -> None:
    found = lead.get(f"/api/v1/tests/figures?{A}").json()
    assert found["team"]["slug"] == "team-a"
    assert found["runs"]["total"] == 15
    assert found["duration"]["median"] == 60
    assert found["tests"] == 3
    assert found["flaky_tests"] == 1
    assert found["completeness"]["complete"] is False
    assert found["range"]["from"] == "2026-03-02"


@pytest.mark.parametrize(
    ("path", "statements"),
    [
        (f"/tests/figures?{A}", 11),
        (f"/tests/choices?{A}", 3),
        (f"/tests/heatmap?{A}", 4),
        (f"/tests/workflows?{A}", 3),
        (f"/tests/jobs?{A}", 3),
        (f"/tests/branches?{A}", 3),
        (f"/tests/teams?{A}", 4),
        (f"/tests/flaky?{A}", 6),
        (f"/tests/slowest?{A}", 6),
        (f"/tests/failing?{A}", 6),
        (f"/tests/{{test}}?{RANGE}", 7),
        (f"/tests/workflows.csv?{A}", 5),
        (f"/tests/teams.csv?{A}", 6),
        (f"/tests/flaky.csv?{A}", 7),
    ],
)
def test_statements_of_each_route(lead: Client, path: str, statements: int) -> None:
    test = AutomatedTest.objects.get(name="=login")
    assert statements_of(lead, path.format(test=test.pk)) == statements


@pytest.mark.parametrize(
    "query",
    [
        "tests/figures?team=team-a",
        f"tests/figures?{A}&source=jenkins",
        f"tests/figures?{A}&branches=some",
        f"tests/figures?{A}&workflow=a%00b",
        "tests/heatmap?team=team-a&from=2020-01-01&to=2026-03-01",
        f"tests/workflows?{A}&sort=author",
        f"tests/workflows?{A}&page=0",
        f"tests/jobs?{A}&page_size=1000",
        f"tests/flaky?{A}&sort=password",
        f"tests/flaky?{A}&search=a+b+c+d+e+f+g+h+i",
        f"tests/flaky?{A}&show=hidden",
    ],
)
def test_a_query_that_makes_no_sense_is_told_so(administrator: Client, query: str) -> None:
    answer = administrator.get(f"/api/v1/{query}")
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_query"


def test_exports_hold_what_the_tables_hold(lead: Client) -> None:
    (workflow,) = lines(lead, f"/tests/workflows.csv?{A}")
    assert (workflow["name"], workflow["runs"], workflow["duration_median"]) == ("CI", "15", "60.0")
    for name in ("jobs", "branches", "teams"):
        table = lead.get(f"/api/v1/tests/{name}?{A}").json()["items"]
        exported = lines(lead, f"/tests/{name}.csv?{A}")
        assert [line["name"] for line in exported] == [row["name"] for row in table]
    (flaky,) = lines(lead, f"/tests/flaky.csv?{A}")
    table = lead.get(f"/api/v1/tests/flaky?{A}").json()["items"]
    assert flaky["name"] == "'=login"
    assert flaky["proof"] == table[0]["proof"][0]["url"]
    assert [line["name"] for line in lines(lead, f"/tests/slowest.csv?{A}")] == ["'=login", "slow"]
    assert len(lines(lead, f"/tests/failing.csv?{A}")) == 1
    names = list(Event.objects.order_by("pk").values_list("name", flat=True))
    assert names[-7:] == [
        "workflows_exported",
        "jobs_exported",
        "branches_exported",
        "teams_exported",
        "flaky_tests_exported",
        "slowest_tests_exported",
        "failing_tests_exported",
    ]


def mute(client: Client, test: int, **wish: object) -> Any:
    return client.post(
        f"/api/v1/tests/{test}/mute",
        {"reason": "The mail server is slow.", "until": str(today())} | wish,
        content_type="application/json",
    )


def today() -> date:
    return clock.now().date()


def test_muting_is_kept_shown_and_audited(administrator: Client) -> None:
    test = AutomatedTest.objects.get(name="=login")
    answer = mute(administrator, test.pk)
    assert answer.status_code == 200
    assert answer.json()["muted"]["by"] == "administrator"
    shown = administrator.get(f"/api/v1/tests/{test.pk}?{RANGE}").json()
    assert shown["muted"] == answer.json()["muted"]
    told = recorded(name="test_muted")
    assert told.detail == {"until": str(today())}
    assert told.event.object_pk == str(test.pk)
    mute(administrator, test.pk, reason="Still.")
    assert MutedTest.objects.get().reason == "Still."
    for _ in range(2):
        answer = administrator.delete(f"/api/v1/tests/{test.pk}/mute")
        assert answer.json() == {"muted": None}
    assert not MutedTest.objects.exists()
    assert Event.objects.filter(name="test_unmuted").count() == 1


@pytest.mark.parametrize(
    "wish",
    [
        {"reason": ""},
        {"reason": "   "},
        {"reason": "a\0b"},
        {"reason": "x" * 501},
        {"until": "soon"},
        {"until": None},
        {"until": str(date(2026, 1, 1))},
        {"until": str(date(9999, 1, 1))},
    ],
)
def test_a_mute_without_a_reason_or_an_end_is_none(
    administrator: Client, wish: dict[str, str]
) -> None:
    test = AutomatedTest.objects.get(name="=login")
    assert mute(administrator, test.pk, **wish).status_code == 422
    assert not MutedTest.objects.exists()
    assert not Event.objects.filter(name="test_muted").exists()


def test_a_mute_lasts_a_year_at_most(administrator: Client) -> None:
    test = AutomatedTest.objects.get(name="=login")
    longest = today() + timedelta(days=366)
    assert mute(administrator, test.pk, until=str(longest)).status_code == 200
    too_long = mute(administrator, test.pk, until=str(longest + timedelta(days=1)))
    assert too_long.status_code == 422
    assert str(longest) in too_long.json()["message"]


def test_what_is_no_test_cannot_be_muted(administrator: Client) -> None:
    assert mute(administrator, 0).status_code == 404
    assert administrator.delete("/api/v1/tests/0/mute").status_code == 404
    assert administrator.get(f"/api/v1/tests/{2**63}?{RANGE}").status_code == 404


def test_the_range_of_a_single_test_is_checked_too(administrator: Client) -> None:
    test = AutomatedTest.objects.get(name="=login")
    answer = administrator.get(f"/api/v1/tests/{test.pk}?from=2026-03-02&to=2026-03-02")
    assert answer.status_code == 422


@pytest.mark.parametrize("name", CAST)
def test_only_administrators_unmute(sign_in: SignIn, world: World, name: str) -> None:
    answer = sign_in(name).delete(f"/api/v1/tests/{world.shared_test}/mute")
    expected = {"owner": 200, "administrator": 200, "anonymous": 401}.get(name, 403)
    assert answer.status_code == expected


def test_a_member_sees_only_teams_of_theirs_side_by_side(sign_in: SignIn, ran: World) -> None:
    found = sign_in("member of team a").get(f"/api/v1/tests/teams?{A}").json()
    assert [team["key"] for team in found["items"]] == ["team-a"]
    everything = sign_in("auditor").get(f"/api/v1/tests/teams?{RANGE}").json()
    assert {team["key"] for team in everything["items"]} == {"team-a", "team-b"}
