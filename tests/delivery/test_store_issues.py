"""Issues are stored whole, once, in order, and never lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backend.connections.models import Connection
from backend.delivery.issue_records import IssueLinkRecord, ProjectRecord, TransitionRecord
from backend.delivery.models import (
    Issue,
    IssueKey,
    IssueLink,
    IssueStatus,
    IssueTransition,
    PendingIssue,
    Project,
)
from backend.delivery.store.issues import mark_issues_deleted, store_issues
from backend.delivery.store.projects import mark_project_unreachable, store_projects
from tests.delivery.issue_records import DONE, IN_PROGRESS, START, TO_DO, account, issue, moved

pytestmark = pytest.mark.django_db


@pytest.fixture
def jira() -> Connection:
    made = Connection.objects.create(
        slug="jira", kind=Connection.Kind.JIRA_DC, name="Jira", url="https://jira.test"
    )
    store_projects(connection=made, projects=[ProjectRecord(100, "FORGE", "Forge")], patterns=())
    return made


def _versions() -> list[Any]:
    """Every row's own version: what was not written has the same."""
    tables = (Issue, IssueTransition, IssueLink, IssueKey, IssueStatus, Project)
    return [
        list(table.objects.order_by("pk").extra(select={"v": "xmin::text"}).values_list("pk", "v"))
        for table in tables
    ]


def test_an_issue_is_stored_with_its_history_and_noted(jira: Connection) -> None:
    told = issue(
        status=DONE,
        transitions=(moved(1, TO_DO, IN_PROGRESS, hours=1), moved(2, IN_PROGRESS, DONE, hours=5)),
        links=(IssueLinkRecord(7, "blocks", 10_002),),
    )
    assert store_issues(connection=jira, issues=[told]) == 1
    stored = Issue.objects.get()
    assert (stored.key, stored.status.name, stored.assignee and stored.assignee.login) == (
        "FORGE-1", "Done", "dev0001",
    )  # fmt: skip
    assert [(one.before, one.after) for one in stored.transitions.order_by("occurred_at")] == [
        ("1", "3"),
        ("3", "5"),
    ]
    assert PendingIssue.objects.get().issue == stored


def test_the_same_news_again_writes_nothing(jira: Connection) -> None:
    told = [issue(1, transitions=(moved(1, TO_DO, DONE, hours=1),)), issue(2)]
    store_issues(connection=jira, issues=told)
    before = _versions()
    PendingIssue.objects.all().delete()
    assert store_issues(connection=jira, issues=[*told, *told]) == 0
    assert _versions() == before
    assert not PendingIssue.objects.exists()


def test_older_news_change_nothing_unless_the_source_is_believed(jira: Connection) -> None:
    newer = issue(summary="new", updated_at=START + timedelta(hours=2))
    older = issue(summary="old", updated_at=START + timedelta(hours=1))
    store_issues(connection=jira, issues=[newer])
    assert store_issues(connection=jira, issues=[older]) == 0
    assert store_issues(connection=jira, issues=[older], reconcile=True) == 1
    assert Issue.objects.get().summary == "old"


def test_of_two_in_one_page_the_newer_counts(jira: Connection) -> None:
    newer = issue(summary="new", updated_at=START + timedelta(hours=2))
    store_issues(connection=jira, issues=[newer, issue(summary="old")])
    assert Issue.objects.get().summary == "new"


def test_a_moved_issue_keeps_its_history_and_its_former_key(jira: Connection) -> None:
    store_projects(connection=jira, projects=[ProjectRecord(200, "MILL", "Mill")], patterns=())
    store_issues(connection=jira, issues=[issue(transitions=(moved(1, TO_DO, DONE, hours=1),))])
    moved_on = TransitionRecord(
        "2.0", "key", START + timedelta(hours=2), account(1), "FORGE-1", "MILL-8"
    )
    store_issues(
        connection=jira,
        issues=[
            issue(
                key="MILL-8",
                project_external_id=200,
                updated_at=START + timedelta(hours=2),
                transitions=(moved(1, TO_DO, DONE, hours=1), moved_on),
            )
        ],
    )
    stored = Issue.objects.get()
    assert (stored.project.key, stored.transitions.count()) == ("MILL", 2)
    assert set(stored.keys.values_list("key", flat=True)) == {"FORGE-1", "MILL-8"}


def test_one_in_a_project_that_is_not_read_is_kept_and_its_project_says_why(
    jira: Connection,
) -> None:
    store_issues(connection=jira, issues=[issue(key="FAR-1", project_external_id=300)])
    project = Issue.objects.get().project
    assert (project.key, project.state) == ("FAR", "excluded")
    assert "not read" in project.state_reason


def test_a_status_that_is_no_more_is_known_by_its_history(jira: Connection) -> None:
    gone = replace(IN_PROGRESS, external_id=99, name="Triage")
    store_issues(connection=jira, issues=[issue(transitions=(moved(1, gone, TO_DO, hours=1),))])
    assert IssueStatus.objects.get(external_id=99).category == "unknown"
    # What is known of it by the source itself is not forgotten for that.
    store_issues(
        connection=jira,
        issues=[issue(2, transitions=(moved(1, DONE, TO_DO, hours=1),), status=DONE)],
    )
    store_issues(connection=jira, issues=[issue(3, transitions=(moved(1, DONE, TO_DO, hours=1),))])
    assert IssueStatus.objects.get(external_id=5).category == "done"


def test_what_the_history_no_longer_has_is_removed(jira: Connection) -> None:
    changes = (moved(1, TO_DO, IN_PROGRESS, hours=1), moved(2, IN_PROGRESS, DONE, hours=5))
    store_issues(connection=jira, issues=[issue(transitions=changes)])
    assert store_issues(connection=jira, issues=[issue(transitions=changes[:1])]) == 1
    assert IssueTransition.objects.count() == 1


def test_parents_may_stand_in_a_circle(jira: Connection) -> None:
    circle = [issue(1, parent_external_id=10_002), issue(2, parent_external_id=10_001)]
    assert store_issues(connection=jira, issues=circle) == 2


def test_a_deleted_one_is_marked_once_and_comes_back_where_it_is_told_again(
    jira: Connection,
) -> None:
    store_issues(connection=jira, issues=[issue(1), issue(2)])
    ids = [10_001, 10_777]
    assert mark_issues_deleted(connection=jira, external_ids=ids, at=START) == 1
    assert mark_issues_deleted(connection=jira, external_ids=ids, at=START) == 0
    assert Issue.objects.get(external_id=10_001).deleted_at == START
    assert store_issues(connection=jira, issues=[issue(1)]) == 1
    assert Issue.objects.get(external_id=10_001).deleted_at is None


def _states() -> dict[str, str]:
    return dict(Project.objects.values_list("key", "state"))


def test_a_project_is_read_as_chosen_and_remembers_its_keys(jira: Connection) -> None:
    def told(key: str, patterns: Sequence[str]) -> list[str]:
        projects = [ProjectRecord(100, key, "Forge"), ProjectRecord(200, "MILL", "Mill")]
        found = store_projects(connection=jira, projects=projects, patterns=patterns)
        return [one.key for one in found]

    assert told("FORGE", ["forge"]) == []
    assert _states() == {"FORGE": "active", "MILL": "excluded"}
    assert told("SMITHY", ["SM*", "MILL"]) == ["MILL"]
    assert Project.objects.get(external_id=100).former_keys == ["FORGE"]
    assert told("SMITHY", ["MILL"]) == []
    assert _states() == {"SMITHY": "excluded", "MILL": "active"}


def test_what_is_gone_stays_gone(jira: Connection) -> None:
    project = Project.objects.get()
    mark_project_unreachable(project=project, gone=True, reason="It was deleted.")
    mark_project_unreachable(project=project, gone=False, reason="It is hidden.")
    assert (project.state, project.state_reason) == ("gone", "It was deleted.")
