"""Records of issues as a connector makes them, with defaults for what a test does not care about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.delivery.issue_records import (
    IssueRecord,
    IssueTypeRecord,
    StatusRecord,
    TransitionRecord,
)
from backend.delivery.records import ActorRecord

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
STORY = IssueTypeRecord(external_id=10001, name="Story", is_subtask=False)
TO_DO = StatusRecord(external_id=1, name="To Do", category="new")
IN_PROGRESS = StatusRecord(external_id=3, name="In Progress", category="indeterminate")
DONE = StatusRecord(external_id=5, name="Done", category="done")


def account(number: int) -> ActorRecord:
    name = f"dev{number:04}"
    return ActorRecord(kind="user", login=name, external_id=None, account_id=f"JIRAUSER{number}")


def moved(
    number: int, before: StatusRecord, after: StatusRecord, *, hours: float, by: int = 1
) -> TransitionRecord:
    """From one status to another, so many hours after START."""
    return TransitionRecord(
        external_id=f"{number}.0",
        kind="status",
        occurred_at=START + timedelta(hours=hours),
        actor=account(by),
        before=str(before.external_id),
        after=str(after.external_id),
        before_name=before.name,
        after_name=after.name,
    )


def issue(number: int = 1, **changes: Any) -> IssueRecord:
    record = IssueRecord(
        external_id=10_000 + number,
        key=f"FORGE-{number}",
        project_external_id=100,
        issue_type=STORY,
        status=TO_DO,
        summary=f"Issue {number}",
        parent_external_id=None,
        assignee=account(1),
        reporter=account(2),
        priority="Medium",
        resolution="",
        labels=(),
        components=(),
        fix_versions=(),
        affects_versions=(),
        sprints=(),
        estimate=None,
        team_name="",
        created_at=START,
        updated_at=START,
        resolved_at=None,
        transitions=(),
    )
    return replace(record, **changes)
