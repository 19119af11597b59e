"""Records to store, and what stands afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection as database

from backend.delivery.models import (
    PendingDeployments,
    PendingMeasurement,
)
from backend.delivery.records import (
    ActorRecord,
    EventRecord,
    PullRequestCommitRecord,
    PullRequestFileRecord,
    PullRequestRecord,
    ReviewRecord,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
AUTHOR = ActorRecord("user", "dev0001", 1)
REVIEWER = ActorRecord("user", "dev0002", 2)
BOT = ActorRecord("bot", "bot0001", 3)


def hour(number: float) -> datetime:
    return AT + timedelta(hours=number)


def a_pull_request(number: int = 1, **values: Any) -> PullRequestRecord:
    defaults: dict[str, Any] = {
        "external_id": 2**40 + number,
        "node_id": f"PR_{number}",
        "number": number,
        "title": "Add a page — naïve, 日本語, \N{GRINNING FACE}",
        "state": "merged",
        "is_draft": False,
        "author": AUTHOR,
        "created_at": AT,
        "updated_at": hour(5),
        "merged_at": hour(5),
        "closed_at": hour(5),
        "base_ref": "main",
        "head_ref": "topic",
        "head_sha": "a" * 40,
        "merge_sha": "b" * 40,
        "labels": ('with "quotes", {braces}', "back\\slash", "NULL", ""),
        "additions": 12,
        "deletions": 3,
        "changed_files": 2,
        "commit_count": 1,
        "reviews": (
            ReviewRecord(f"R{number}.1", "commented", BOT, hour(1), "a" * 40),
            ReviewRecord(f"R{number}.2", "approved", REVIEWER, hour(2), "a" * 40),
        ),
        "events": (
            EventRecord(f"E{number}.1", "review_requested", hour(1), AUTHOR, REVIEWER),
            EventRecord(f"E{number}.2", "merged", hour(5), None, None),
        ),
        "commits": (PullRequestCommitRecord("a" * 40, 0, hour(-1), hour(-1), AUTHOR, 12, 3),),
        "files": (
            PullRequestFileRecord("src/page.py", 10, 3, "modified"),
            PullRequestFileRecord("uv.lock", 2, 0, "added"),
        ),
    }
    return PullRequestRecord(**defaults | values)


def versions() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the domain and of people, with its version."""
    found = {}
    with database.cursor() as cursor:
        for label in ("delivery", "people"):
            for model in apps.get_app_config(label).get_models():
                if model in {PendingMeasurement, PendingDeployments}:
                    continue
                table = model._meta.db_table
                cursor.execute(f"SELECT xmin::text, t::text FROM {table} AS t ORDER BY 2")  # noqa: S608
                found[table] = cursor.fetchall()
    return found
