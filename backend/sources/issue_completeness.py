"""Whether figures of issues rest on all there is, and if not, why."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q

from backend.connections.models import Connection
from backend.connections.store import JIRA_KINDS
from backend.delivery.models import Project
from backend.sources.completeness import Completeness
from backend.sources.models import Cursor, Hint, SyncRun

_READ = Q(state=Project.State.ACTIVE)


def of_issues() -> Completeness:
    """Of all projects that are read. Two statements."""
    cursor = Cursor.objects.filter(project=OuterRef("pk"), kind=Hint.Kind.ISSUES)
    parked = Hint.objects.filter(
        connection=OuterRef("connection"), container_external_id=OuterRef("external_id")
    ).exclude(parked_at=None)
    found = Project.objects.annotate(
        is_filled=Exists(cursor.exclude(complete_to=None)),
        has_gap=Exists(cursor.exclude(gap="")),
        is_parked=Exists(parked),
    ).aggregate(
        read=Count("pk", filter=_READ),
        unfilled=Count("pk", filter=_READ & Q(is_filled=False)),
        missing=Count("pk", filter=_READ & (Q(has_gap=True) | Q(is_parked=True))),
        lost=Count("pk", filter=Q(state=Project.State.LOST_ACCESS)),
    )
    reasons = " ".join(_reasons(found))
    return Completeness(
        complete=not reasons,
        reason=reasons or None,
        fresh_to=_fresh_to() if found["read"] else None,
    )


def of_issues_if_any() -> Completeness | None:
    """None where no Jira is connected."""
    return of_issues() if Connection.objects.filter(kind__in=JIRA_KINDS).exists() else None


def _fresh_to() -> datetime | None:
    """The beginning of the last look of that Jira which was looked at longest ago; None: one was never."""
    looks = Connection.objects.filter(kind__in=JIRA_KINDS).annotate(
        at=Max(
            "runs__started_at",
            filter=Q(
                runs__kind=Hint.Kind.ISSUES,
                runs__project=None,
                runs__outcome=SyncRun.Outcome.SUCCEEDED,
            ),
        )
    )
    times = list(looks.values_list("at", flat=True))
    return min((at for at in times if at is not None), default=None) if None not in times else None


def _reasons(found: dict[str, Any]) -> Iterator[str]:
    if not found["read"] and not found["lost"]:
        yield "No project is read yet."
    if found["unfilled"]:
        yield f"{found['unfilled']} of {_projects(found['read'])} not read to the end yet."
    if found["missing"]:
        yield f"Some issues could not be fetched from {_projects(found['missing'])}."
    if found["lost"]:
        yield f"Access to {_projects(found['lost'])} was lost."


def _projects(n: int) -> str:
    return f"{n} {'project' if n == 1 else 'projects'}"
