"""What rules on statuses would make of a project's issues, before they are stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from backend import clock
from backend.delivery.models import Issue, IssueStatus, Project
from backend.metrics.formulas.distribution import percentile_cont
from backend.metrics.formulas.issue import measure
from backend.metrics.issues.loading import load

WITHIN: Final = timedelta(days=90)
MOST: Final = 5_000
"""Issues that are looked at, the latest first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of issues that changed within the last 90 days. `median_seconds` is of cycle times; None: none has one."""

    issues: int
    done: int
    direct_to_done: int
    in_progress: int
    waiting: int
    median_seconds: float | None


def effect(project: Project, rules: Mapping[int, str]) -> Outcome:
    """`rules`: stages by our own ids of statuses."""
    since = clock.now() - WITHIN
    changed = Issue.objects.filter(project=project, deleted_at=None, updated_at__gte=since)
    ids = list(changed.order_by("-updated_at").values_list("pk", flat=True)[:MOST])
    numbers = dict(IssueStatus.objects.filter(pk__in=rules).values_list("pk", "external_id"))
    told = {project.pk: {numbers[pk]: stage for pk, stage in rules.items()}}
    now = int(clock.now().timestamp())
    found = [measure(one.issue, one.stages, until=now) for one in load(ids, rules=told)]
    done = [one for one in found if one.done_at is not None]
    return Outcome(
        issues=len(found),
        done=len(done),
        direct_to_done=sum(one.direct_to_done for one in done),
        in_progress=sum(one.state == "in_progress" for one in found),
        waiting=sum(one.state == "waiting" for one in found),
        median_seconds=percentile_cont(
            [one.active_seconds for one in done if one.active_seconds is not None], 0.5
        ),
    )
