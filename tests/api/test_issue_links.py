"""Which issues a pull request is about: by keys, above them by what an administrator says."""

import pytest
from django.utils import timezone

from backend.audit.models import Event
from backend.delivery.models import (
    Issue,
    IssueKey,
    PendingIssue,
    PendingMeasurement,
    PullRequestIssueKey,
)
from backend.delivery.store.issues import mark_issues_deleted
from tests.api.conftest import SignIn, World
from tests.worked import Tracker

pytestmark = pytest.mark.django_db


def _named(world: World, key: str, *places: str) -> None:
    PullRequestIssueKey.objects.create(
        pull_request_id=world.pull_of_a, key=key, found_in=list(places or ("branch",))
    )


def _issue(world: World) -> Issue:
    return Issue.objects.get(pk=world.issue_of_a)


def _address(world: World) -> str:
    return f"/api/v1/pull-requests/{world.pull_of_a}/issues"


def test_keys_tell_with_where_they_stand(world: World, sign_in: SignIn) -> None:
    _named(world, _issue(world).key, "branch", "commit")
    _named(world, "FORGE-99999", "title")
    found = sign_in("lead of team a").get(_address(world)).json()
    (one,) = found["items"]
    assert (one["key"], one["found_in"], one["holds"]) == (
        _issue(world).key,
        ["branch", "commit"],
        True,
    )
    assert one["summary"] == _issue(world).summary
    assert found["may_correct"] is False


def test_places_of_all_its_keys_are_told_the_strongest_first(world: World, sign_in: SignIn) -> None:
    issue = _issue(world)
    IssueKey.objects.create(issue=issue, key="OLD-7")
    _named(world, issue.key, "body", "commit")
    _named(world, "OLD-7", "branch", "title", "body")
    client = sign_in("administrator")
    (one,) = client.get(_address(world)).json()["items"]
    assert one["found_in"] == ["branch", "title", "body", "commit"]
    (pull,) = client.get(f"/api/v1/issues/{issue.pk}").json()["pull_requests"]
    assert pull["found_in"] == one["found_in"]


def test_of_another_teams_issue_only_the_key_is_told(world: World, sign_in: SignIn) -> None:
    other = Issue.objects.get(pk=world.issue_of_b)
    _named(world, other.key)
    (one,) = sign_in("lead of team a").get(_address(world)).json()["items"]
    assert (one["key"], one["summary"], one["status"]) == (other.key, "", None)


def test_a_key_of_two_jiras_names_neither(world: World, sign_in: SignIn) -> None:
    key = _issue(world).key
    second = Tracker()
    second.issue(None).keys.update(key=key)
    _named(world, key)
    client = sign_in("administrator")
    found = client.get(_address(world)).json()["items"]
    assert [(one["is_ambiguous"], one["holds"]) for one in found] == [(True, False)] * 2
    said = client.post(
        _address(world), {"key": key, "verdict": "added"}, content_type="application/json"
    )
    assert said.status_code == 422
    assert "Two Jiras" in said.json()["message"]
    mark_issues_deleted(
        connection=second.connection,
        external_ids=list(
            Issue.objects.filter(connection=second.connection).values_list("external_id", flat=True)
        ),
        at=timezone.now(),
    )
    (one,) = client.get(_address(world)).json()["items"]
    assert (one["id"], one["is_ambiguous"], one["holds"]) == (world.issue_of_a, False, True)


def test_what_a_person_says_stands_above_keys_and_is_measured_and_on_record(
    world: World, sign_in: SignIn
) -> None:
    client, issue = sign_in("administrator"), _issue(world)
    _named(world, issue.key)
    PendingIssue.objects.all().delete()
    PendingMeasurement.objects.all().delete()

    def say(verdict: str) -> list[tuple[str, bool]]:
        answer = client.post(
            _address(world),
            {"key": issue.key.lower(), "verdict": verdict},
            content_type="application/json",
        )
        return [(one["verdict"], one["holds"]) for one in answer.json()["items"]]

    assert say("rejected") == [("rejected", False)]
    assert PendingIssue.objects.filter(issue=issue).exists()
    assert PendingMeasurement.objects.filter(pull_request=world.pull_of_a).exists()
    assert say("added") == [("added", True)]
    back = client.delete(f"{_address(world)}/{issue.pk}").json()["items"]
    assert [(one["verdict"], one["holds"]) for one in back] == [(None, True)]
    assert Event.objects.filter(name="issue_link_corrected").count() == 2
    assert Event.objects.filter(name="issue_link_correction_withdrawn").count() == 1


def test_a_key_that_nobody_knows_is_refused_in_words(world: World, sign_in: SignIn) -> None:
    said = sign_in("administrator").post(
        _address(world), {"key": "NOPE-1", "verdict": "added"}, content_type="application/json"
    )
    assert said.status_code == 422
    assert said.json()["message"] == "No issue NOPE-1 is known: check the key."
