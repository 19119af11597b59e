"""Keys of issues that pull requests name are kept for projects that are known, with where they stand."""

from typing import Any

import pytest

from backend.connections.models import Connection
from backend.delivery.issue_records import ProjectRecord
from backend.delivery.models import (
    PendingIssue,
    PendingMeasurement,
    Project,
    PullRequestIssueKey,
    Repository,
)
from backend.delivery.records import IssueKeyRecord
from backend.delivery.store import store_pull_requests
from backend.delivery.store.issue_links import find_keys_of
from backend.delivery.store.issues import store_issues
from backend.delivery.store.projects import store_projects
from tests.delivery.issue_records import issue
from tests.delivery.records import a_pull_request
from tests.factories import a_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def jira() -> Connection:
    return a_connection(kind="jira_dc", slug="jira")


def _know(jira: Connection, *keys: str) -> list[Project]:
    projects = [ProjectRecord(100 + number, key, key) for number, key in enumerate(keys)]
    return store_projects(connection=jira, projects=projects, patterns=())


def _kept() -> dict[str, list[str]]:
    return dict(PullRequestIssueKey.objects.order_by("key").values_list("key", "found_in"))


def _named(*keys: str) -> Any:
    return a_pull_request(issue_keys=tuple(IssueKeyRecord(key, ("body",)) for key in keys))


def test_only_keys_of_known_projects_are_kept(repository: Repository, jira: Connection) -> None:
    _know(jira, "FORGE")
    store_pull_requests(
        repository=repository, pull_requests=[_named("FORGE-1", "UTF-8", "SECRET-7")]
    )
    assert _kept() == {"FORGE-1": ["body"]}


def test_a_key_that_is_named_no_more_is_taken_away(
    repository: Repository, jira: Connection
) -> None:
    _know(jira, "FORGE")
    store_pull_requests(repository=repository, pull_requests=[_named("FORGE-1", "FORGE-2")])
    PendingMeasurement.objects.all().delete()
    store_pull_requests(repository=repository, pull_requests=[_named("FORGE-2")])
    assert _kept() == {"FORGE-2": ["body"]}
    assert PendingMeasurement.objects.exists()
    PendingMeasurement.objects.all().delete()
    assert store_pull_requests(repository=repository, pull_requests=[_named("FORGE-2")]) == 0
    assert not PendingMeasurement.objects.exists()


def test_the_issue_that_is_named_is_measured_as_well(
    repository: Repository, jira: Connection
) -> None:
    _know(jira, "FORGE")
    store_issues(connection=jira, issues=[issue(1), issue(2)])
    PendingIssue.objects.all().delete()
    store_pull_requests(repository=repository, pull_requests=[_named("FORGE-2")])
    assert [one.issue.key for one in PendingIssue.objects.all()] == ["FORGE-2"]


def test_a_project_that_becomes_known_finds_its_keys_in_branches_and_titles(
    repository: Repository, jira: Connection
) -> None:
    pulls = [
        a_pull_request(1, head_ref="feature/forge-1-door", title="Add a door"),
        a_pull_request(2, head_ref="topic", title="FORGE-12, FORGE-3a and MILL-4"),
        a_pull_request(3, head_ref="forge-5", title="FORGE-5: mend"),
        a_pull_request(4, head_ref="release-2", title="reforge-7"),
        a_pull_request(5, head_ref="feature-forge-8-door", title="WIP_FORGE-9"),
    ]
    store_pull_requests(repository=repository, pull_requests=pulls)
    assert _kept() == {}
    PendingMeasurement.objects.all().delete()
    found = find_keys_of([one.pk for one in _know(jira, "FORGE")])
    assert _kept() == {
        "FORGE-1": ["branch"],
        "FORGE-12": ["title"],
        "FORGE-5": ["branch", "title"],
        "FORGE-8": ["branch"],
        "FORGE-9": ["title"],
    }
    assert len(found) == PendingMeasurement.objects.count() == 4


def test_a_key_of_a_project_is_no_pattern(repository: Repository, jira: Connection) -> None:
    store_pull_requests(repository=repository, pull_requests=[a_pull_request(1, title="AAAA-1")])
    assert find_keys_of([one.pk for one in _know(jira, "A+", "(A")]) == set()


def test_a_former_key_of_a_project_names_its_issues(
    repository: Repository, jira: Connection
) -> None:
    _know(jira, "OLD")
    _know(jira, "NEW")
    store_pull_requests(repository=repository, pull_requests=[_named("OLD-1", "NEW-2")])
    assert set(_kept()) == {"OLD-1", "NEW-2"}
