"""The ledger as the page reads it, the badge beside figures, and another try for what was given up."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from backend.accounts.models import User
from backend.audit.models import Event
from backend.connections.models import Connection
from backend.delivery.models import Project, Repository
from backend.pipeline import bell
from backend.sources.models import Cursor, Hint, SyncRun, Usage
from tests.api.conftest import SignIn, World
from tests.factories import a_connection, a_cursor, a_hint, a_repository, an_identity
from tests.sign_in import an_account
from tests.sign_in import sign_in as sign_in_with

pytestmark = pytest.mark.django_db
NOW = timezone.now()
WHOLE: dict[str, Any] = {"complete_to": NOW, "expected": 30, "held": 30, "counted_at": NOW}
FIGURES = "/api/v1/pull-requests/figures?from=2026-03-02&to=2026-03-16"


@pytest.fixture
def administrator(sign_in: SignIn) -> Client:
    return sign_in("administrator")


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The bells that would have rung."""
    heard: list[str] = []
    monkeypatch.setattr(bell, "ring", lambda task=bell.COLLECT: heard.append(task))
    return heard


def quality(client: Client, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/api/v1/completeness?{query}")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def repository(world: World) -> Repository:
    return world.history.repository


def a_project_of(jira: Connection, key: str, **values: object) -> Project:
    return Project.objects.create(
        connection=jira,
        external_id=Project.objects.count() + 1,
        key=key,
        name=key.title(),
        **values,
    )


def retry(client: Client, *work: int, **headers: str) -> Any:
    return client.post(
        "/api/v1/completeness/retry",
        {"work": work},
        content_type="application/json",
        headers=headers,
    )


def test_what_today_is_known_and_what_is_not(administrator: Client, world: World) -> None:
    a_cursor(repository(world), **WHOLE | {"held": 28})
    found = quality(administrator)
    (line,) = found["repositories"]
    kinds = {entry["kind"]: entry for entry in line["kinds"]}
    pulls, checks = kinds["pull_requests"], kinds["checks"]
    assert (pulls["source"], pulls["stored"], pulls["difference"]) == (30, 28, 2)
    assert (pulls["state"], found["complete"]) == ("incomplete", False)
    assert (checks["source"], checks["stored"], checks["difference"]) == (None, None, None)
    assert checks["reason"]
    assert (line["state"], line["last_run"]) == ("active", None)
    assert found["kinds"][0] | {"kind": "pull_requests", "missing": 2} == found["kinds"][0]


def test_sums_alone_for_who_does_not_see_all_teams(sign_in: SignIn, world: World) -> None:
    a_cursor(repository(world), **WHOLE, gap="org/hidden lost a page.")
    a_hint(repository(world), parked_at=NOW, last_error="org/hidden answers 500.")
    found = quality(sign_in("lead of team a"))
    assert (found["sees_all"], found["may_retry"]) == (False, False)
    assert found["kinds"][0]["source"] == 30
    for name in ("connections", "repositories", "projects", "parked", "left_out"):
        assert found[name] == []
    assert (found["parked_total"], found["unmatched"]) == (0, None)
    assert "org/" not in str(found)


def test_the_last_run_of_a_repository_with_its_reason(administrator: Client, world: World) -> None:
    for number, outcome in enumerate(("succeeded", "failed")):
        SyncRun.objects.create(
            connection=repository(world).connection,
            repository=repository(world),
            kind="commits",
            started_at=NOW + timedelta(seconds=number),
            finished_at=NOW + timedelta(seconds=number),
            outcome=outcome,
            reason="It took too long." if number else "",
        )
    (line,) = quality(administrator)["repositories"]
    assert (line["last_run"]["outcome"], line["last_run"]["reason"]) == (
        "failed",
        "It took too long.",
    )


def test_projects_with_their_issues(administrator: Client, world: World) -> None:
    forge = Project.objects.get()
    whole = a_project_of(forge.connection, "ANVIL")
    a_project_of(forge.connection, "YARD", state="excluded", state_reason="Not named.")
    lost = a_project_of(forge.connection, "MILL", state="lost_access", state_reason="It is hidden.")
    for project, values in ((whole, WHOLE), (forge, WHOLE | {"held": 28, "gap": "2 are missing."})):
        Cursor.objects.create(
            connection=project.connection, project=project, kind="issues", **values
        )
    look = {"outcome": "succeeded", "finished_at": NOW + timedelta(hours=1)}
    for values in ({"kind": "issues"}, {"kind": "projects"}):
        SyncRun.objects.create(connection=forge.connection, started_at=NOW, **values, **look)
    SyncRun.objects.create(
        connection=forge.connection, project=whole, kind="issues", started_at=NOW, **look
    )
    found = quality(administrator)
    told = [(one["key"], one["state"], one["issues"]["state"]) for one in found["projects"]]
    assert told == [
        ("FORGE", "active", "incomplete"),
        ("MILL", "lost_access", "waiting"),
        ("ANVIL", "active", "complete"),
        ("YARD", "excluded", "waiting"),
    ]
    short, hidden, complete, _ = found["projects"]
    assert (short["issues"]["source"], short["issues"]["stored"]) == (30, 28)
    assert short["issues"]["reason"] == "2 are missing."
    assert (hidden["reason"], hidden["issues"]["stored"], hidden["last_run"]) == (
        "It is hidden.",
        None,
        None,
    )
    assert (complete["name"], complete["last_run"]["outcome"]) == ("Anvil", "succeeded")
    total = found["kinds"][-1]
    assert (total["kind"], total["repositories"], total["complete"]) == ("issues", 2, 1)
    assert (total["source"], total["stored"], total["missing"]) == (60, 58, 2)
    (jira,) = (one for one in found["connections"] if one["slug"] == forge.connection.slug)
    assert (jira["projects"], jira["repositories"]) == (2, 0)
    assert {one["projects"] for one in found["connections"]} == {2, None}
    paged = quality(administrator, "projects_page=2&page_size=3")
    assert ([one["key"] for one in paged["projects"]], paged["projects_total"]) == (["YARD"], 4)
    assert lost.key in {one["key"] for one in found["projects"]}


def test_projects_alone_are_complete(client: Client) -> None:
    sign_in_with(client, an_account(User.Role.ADMINISTRATOR))
    project = a_project_of(a_connection(kind="jira_dc"), "FORGE")
    assert quality(client)["complete"] is False
    Cursor.objects.create(connection=project.connection, project=project, kind="issues", **WHOLE)
    found = quality(client)
    assert found["complete"] is True
    assert [one["kind"] for one in found["kinds"]] == ["issues"]


def test_parked_work_of_a_project_names_it(administrator: Client, world: World) -> None:
    project = Project.objects.get()
    Hint.objects.create(
        connection=project.connection, container_external_id=project.external_id, kind="census",
        received_at=NOW, due_at=NOW, parked_at=NOW, last_error="Too big.",
    )  # fmt: skip
    found = quality(administrator)
    assert found["parked"][0]["repository"] == "FORGE"
    assert found["projects"][0]["issues"]["reason"] == "1 parked: see what could not be fetched."


def test_filters_and_pages(administrator: Client, world: World) -> None:
    other = a_connection(slug="second")
    for number in range(3):
        a_repository(other, name_with_owner=f"org/Service-{number}")
    a_repository(other, name_with_owner="org/left-out", state="excluded", state_reason="Is a fork.")
    assert quality(administrator)["total"] == 5
    found = quality(administrator, "connection=second&search=service&page_size=2&page=2")
    assert (found["total"], [line["name"] for line in found["repositories"]]) == (
        3,
        ["org/Service-2"],
    )
    assert quality(administrator, "show=incomplete")["total"] == 4, "not what a rule leaves out"
    (left_out,) = quality(administrator, "search=left-out")["repositories"]
    assert (left_out["state"], left_out["reason"]) == ("excluded", "Is a fork.")
    assert quality(administrator, "connection=none")["repositories"] == []


@pytest.mark.parametrize("query", ["show=some", "page=0", "page_size=5000", "search=a%00b"])
def test_a_query_that_makes_no_sense(administrator: Client, query: str) -> None:
    assert administrator.get(f"/api/v1/completeness?{query}").status_code == 422


def test_a_connection_with_what_it_was_asked_for(administrator: Client, world: World) -> None:
    source = repository(world).connection
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    for ago, interface, requests in ((0, "graphql", 40), (0, "rest", 2), (5, "rest", 100)):
        Usage.objects.create(
            connection=source,
            hour=hour - timedelta(hours=ago),
            interface=interface,
            requests=requests,
            not_modified=1,
            points=requests,
        )
    until = timezone.now() + timedelta(minutes=9)
    SyncRun.objects.create(
        connection=source, kind="checks", started_at=NOW, finished_at=NOW, outcome="waiting",
        retry_at=until,
    )  # fmt: skip
    told = quality(administrator)["connections"]
    (found,) = (one for one in told if one["slug"] == source.slug)
    assert (found["state"], found["repositories"]) == ("working", 1)
    assert found["this_hour"] == {"requests": 42, "not_modified": 2, "points": 42}
    assert found["last_day"] == {"requests": 142, "not_modified": 3, "points": 142}
    assert found["requests_per_hour"] == source.requests_per_hour
    assert found["waiting_until"].startswith(until.strftime("%Y-%m-%dT%H:%M"))
    assert (found["last_synced_at"], found["server_version"]) == (None, None)


def test_identities_without_a_person_and_what_no_figure_counts(
    administrator: Client, world: World
) -> None:
    source = repository(world).connection
    an_identity(source, person=False)
    an_identity(source, person=False, kind="git", login="dev@example.org", external_id=None)
    an_identity(source, person=False, is_bot=True)
    found = quality(administrator)
    assert found["unmatched"] == {"accounts": 1, "git_addresses": 1}
    assert found["left_out"] == [{"reason": "bot_author", "n": 1}]


def test_as_many_statements_for_many_repositories(administrator: Client, world: World) -> None:
    with CaptureQueriesContext(connection) as few:
        quality(administrator)
    for _ in range(20):
        a_cursor(a_repository(repository(world).connection), **WHOLE)
        a_hint(a_repository(repository(world).connection), parked_at=NOW)
    with CaptureQueriesContext(connection) as many:
        quality(administrator)
    assert len(few) == len(many)


def test_parked_work_says_what_and_why(administrator: Client, world: World) -> None:
    a_hint(
        repository(world), "pull_request", key="7", parked_at=NOW, attempts=8, last_error="Too big."
    )
    a_hint(repository(world), "commits")
    found = quality(administrator)
    (parked,) = found["parked"]
    assert (parked["what"], parked["reason"], parked["attempts"]) == (
        "one pull request: 7",
        "Too big.",
        8,
    )
    assert (parked["repository"], found["parked_total"]) == (repository(world).name_with_owner, 1)


def test_a_retry_is_audited_and_rings(
    administrator: Client,
    world: World,
    rung: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    parked = a_hint(repository(world), parked_at=NOW, attempts=8, last_error="Too big.")
    waiting = a_hint(repository(world), "commits", attempts=3)
    with django_capture_on_commit_callbacks(execute=True):
        answer = retry(administrator, parked.pk, waiting.pk, 2**40)
    assert (answer.status_code, answer.json()) == (200, {"retried": 1})
    parked.refresh_from_db()
    waiting.refresh_from_db()
    assert (parked.parked_at, parked.attempts, waiting.attempts) == (None, 0, 3)
    assert rung == [bell.COLLECT]
    event = Event.objects.get(name="retry_asked_for")
    assert event.actor == User.objects.get(role="administrator")
    assert (event.object_pk, event.object_repr) == (str(parked.pk), str(parked))


def test_nothing_parked_rings_no_bell(
    administrator: Client,
    rung: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert retry(administrator, 5).json() == {"retried": 0}
    assert rung == []


@pytest.mark.parametrize("work", [[], [0], list(range(1, 300))])
def test_a_retry_that_makes_no_sense(administrator: Client, work: list[int]) -> None:
    assert retry(administrator, *work).status_code == 422


def test_a_retry_from_elsewhere_is_refused(sign_in: SignIn, world: World) -> None:
    parked = a_hint(repository(world), parked_at=NOW)
    trusted = sign_in("administrator")
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = trusted.cookies
    assert retry(browser, parked.pk).status_code == 403
    assert Hint.objects.get().parked_at is not None


@pytest.mark.parametrize("path", ["/figures", "/scatter", ""])
def test_the_badge_stands_on_every_answer(sign_in: SignIn, world: World, path: str) -> None:
    lead = sign_in("lead of team a")
    asked = FIGURES.replace("/figures", path) + "&team=team-a"
    cursor = a_cursor(repository(world), **WHOLE)
    whole = lead.get(asked).json()["completeness"]
    assert (whole["complete"], whole["reason"]) == (True, None)
    assert whole["fresh_to"]
    cursor.held = 29
    cursor.save()
    assert lead.get(asked).json()["completeness"] == whole | {
        "complete": False,
        "reason": "Some pull requests could not be fetched from 1 repository.",
    }
    cursor.complete_to = None
    cursor.save()
    assert lead.get(asked).json()["completeness"] == {
        "complete": False,
        "reason": "1 of 1 repository is not read to the end yet.",
        "fresh_to": None,
    }


def test_a_gap_where_the_team_has_nothing_is_not_its_own(
    administrator: Client, world: World
) -> None:
    a_cursor(repository(world), **WHOLE)
    a_cursor(a_repository(repository(world).connection), **WHOLE | {"held": 1})
    badge = {
        team: administrator.get(f"{FIGURES}&team={team}").json()["completeness"]["complete"]
        for team in ("", "team-a")
    }
    assert badge == {"": False, "team-a": True}
