"""Sprints: what each took on and what became of it, of the issues that a question is about."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Q, QuerySet

from backend import clock
from backend.delivery.models import Sprint
from backend.delivery.store.horizons import Kind
from backend.metrics.formulas import issue as of_issue
from backend.metrics.formulas import sprint as formula
from backend.metrics.formulas import weeks as calendar
from backend.metrics.formulas.kept import Kept, kept
from backend.metrics.issues import results
from backend.metrics.issues.asked import Asked
from backend.metrics.issues.loading import load, points_of
from backend.metrics.scope import NOT_KEPT

SHOWN: Final = 12
"""Sprints of a list, the latest first."""
LOOKED_AT: Final = 60
MOST_DAYS: Final = 400
"""Of a burn-up."""
AMOUNTS: Final = ("committed", "added", "removed", "completed", "carried_over", "done_before")
NOT_STARTED: Final = "It has not been started."
_MEMBERS: Final = """
    SELECT fact.issue_id, fact.author_key, fact.is_bot, issue.sprints @> ARRAY[%(sprint)s]::bigint[],
        issue.estimate
    FROM ({facts}) fact JOIN delivery_issue issue ON issue.id = fact.issue_id
    WHERE issue.connection_id = %(connection)s AND (
        issue.sprints @> ARRAY[%(sprint)s]::bigint[] OR EXISTS (
            SELECT FROM delivery_issuetransition moved
            WHERE moved.issue_id = issue.id AND moved.kind = 'sprint'
                AND %(named)s = ANY(string_to_array(replace(moved.before || ',' || moved.after, ' ', ''), ','))
        ))
    ORDER BY fact.issue_id
"""
_CHANGES: Final = """
    SELECT issue_id, kind, floor(extract(epoch FROM occurred_at))::bigint, before, after
    FROM delivery_issuetransition WHERE issue_id = ANY(%s) AND kind IN ('sprint', 'estimate')
    ORDER BY occurred_at, (substring(external_id FROM '^[0-9]+(?=[.])'))::numeric NULLS FIRST, external_id
"""


def listed(asked: Asked) -> list[results.SprintRow]:
    """The latest sprints that went on in the range and hold an issue that is asked about."""
    rows = []
    for sprint in _sprints(asked).order_by("-starts_at", "-pk")[:LOOKED_AT]:
        members, hidden = _members(asked, sprint)
        if members:
            rows.append(results.SprintRow(**_told(asked, sprint, members, hidden=hidden)))
        if len(rows) == SHOWN:
            break
    return rows


def line(row: results.SprintRow) -> results.SprintLine:
    """The same for an export, whose cells hold one value each."""
    amounts: dict[str, Any] = {}
    for name in AMOUNTS:
        amount: results.SprintAmount | None = getattr(row, name)
        amounts[f"{name}_issues"] = amount.issues if amount else None
        amounts[f"{name}_points"] = amount.points if amount else None
    own = row.model_dump(include=set(results.SprintLine.model_fields))
    return results.SprintLine(**own, **amounts)


def detail(asked: Asked, sprint_id: int) -> results.SprintDetail | None:
    """One sprint with its burn-up by day; None where there is none, or no issue in it that is asked about."""
    sprint = Sprint.objects.select_related("board").filter(pk=sprint_id).first()
    if sprint is None:
        return None
    members, hidden = _members(asked, sprint)
    if not members:
        return None
    ends = _ends(sprint)
    told = _told(asked, sprint, members, hidden=hidden)
    if ends is None or told["reason"]:
        return results.SprintDetail(**told, burn_up=[])
    measured = formula.measure(
        members, start=ends[0], end=ends[1], moments=list(_midnights(asked, *ends))
    )
    return results.SprintDetail(
        **told,
        burn_up=[
            results.BurnUpPoint(
                at=datetime.fromtimestamp(point.at, UTC),
                scope=_amount(point.scope),
                done=_amount(point.done),
            )
            for point in measured.burn_up
        ],
    )


def _sprints(asked: Asked) -> QuerySet[Sprint]:
    scope = asked.scope
    found = Sprint.objects.select_related("board").filter(
        Q(completed_at=None) | Q(completed_at__gte=scope.begins_at), starts_at__lt=scope.ends_at
    )
    return found.exclude(state=Sprint.State.FUTURE)


def _told(
    asked: Asked, sprint: Sprint, members: Sequence[formula.Member], *, hidden: bool
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": sprint.pk,
        "name": sprint.name,
        "board": sprint.board.name if sprint.board else None,
        "state": sprint.state,
        "starts_at": sprint.starts_at,
        "ends_at": sprint.ends_at,
        "completed_at": sprint.completed_at,
        "suppressed": hidden,
        "reason": None,
    }
    ends = _ends(sprint)
    reason = _why_untold(asked, ends, hidden=hidden)
    if ends is None or reason:
        return told | dict.fromkeys(AMOUNTS) | {"reason": reason}
    measured = formula.measure(members, start=ends[0], end=ends[1])
    return told | {name: _amount(getattr(measured, name)) for name in AMOUNTS}


def _why_untold(asked: Asked, ends: tuple[int, int] | None, *, hidden: bool) -> str | None:
    scope = asked.scope
    if hidden:
        return f"Worked on by fewer than {scope.minimum_group_size} people."
    if ends is None:
        return NOT_STARTED
    begins_at, ends_at = (datetime.fromtimestamp(at, UTC) for at in ends)
    since = scope.resting_on(Kind.ISSUES).kept_since
    return NOT_KEPT if kept(begins_at, ends_at, since=since) is Kept.NOTHING else None


def _ends(sprint: Sprint) -> tuple[int, int] | None:
    """Seconds of its start, and of its completion or now."""
    if sprint.starts_at is None or sprint.state == Sprint.State.FUTURE:
        return None
    start = int(sprint.starts_at.timestamp())
    end = int((sprint.completed_at or clock.now()).timestamp())
    return start, max(start, end)


def _midnights(asked: Asked, start: int, end: int) -> Iterator[int]:
    """Of the last days, where a sprint that was never ended goes on for longer than anybody looks at."""
    zone = asked.scope.zone
    start = max(start, end - MOST_DAYS * 86_400)
    day = calendar.day_of(datetime.fromtimestamp(start, UTC), zone) + timedelta(days=1)
    while (at := int(calendar.midnight(day, zone).timestamp())) < end:
        yield at
        day += timedelta(days=1)


def _members(asked: Asked, sprint: Sprint) -> tuple[list[formula.Member], bool]:
    """Its issues, and whether they are of too few people to be told of."""
    given = asked.parameters | {
        "sprint": sprint.external_id,
        "named": str(sprint.external_id),
        "connection": sprint.connection_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS.format(facts=asked.facts), given)
        found = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(_CHANGES, [list(found)])
        changes: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for pk, *change in cursor.fetchall():
            changes[pk].append(tuple(change))
    keys = [key for key, is_bot, *_ in found.values() if key is not None and not is_bot]
    hidden = asked.scope.hides(human=len(keys), people=len(set(keys)))
    now = int(clock.now().timestamp())
    members = []
    for one in load(list(found)):
        _, _, is_within, estimate = found[one.issue_id]
        told = changes.get(one.issue_id, [])
        created = one.issue.created_at
        spans = of_issue.spans(one.issue, one.stages, until=now)
        members.append(
            formula.Member(
                issue=one.issue_id,
                within=_within(told, created, sprint.external_id, is_within=is_within),
                done=[formula.Moment(span.start, span.stage == "done") for span in spans],
                estimates=_estimates(told, created, estimate),
            )
        )
    return members, hidden


def _within(
    told: Sequence[tuple[Any, ...]], created: int, sprint: int, *, is_within: bool
) -> list[formula.Moment]:
    moves = [
        (at, _names(before, sprint), _names(after, sprint))
        for kind, at, before, after in told
        if kind == "sprint"
    ]
    first = moves[0][1] if moves else is_within
    return [formula.Moment(created, first), *(formula.Moment(at, after) for at, _, after in moves)]


def _names(listed_ids: str, sprint: int) -> bool:
    return str(sprint) in (one.strip() for one in listed_ids.split(","))


def _estimates(
    told: Sequence[tuple[Any, ...]], created: int, now: float | None
) -> list[formula.Estimate]:
    changes = [(at, before, after) for kind, at, before, after in told if kind == "estimate"]
    first = points_of(changes[0][1]) if changes else now
    return [
        formula.Estimate(created, first),
        *(formula.Estimate(at, points_of(after)) for at, _, after in changes),
    ]


def _amount(of: formula.Amount) -> results.SprintAmount:
    return results.SprintAmount(issues=of.issues, points=of.points)
