"""Read what the formulas need of a batch of issues: six statements, whatever its size."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, cast

from django.db import connection

from backend.delivery import status_rules
from backend.metrics.formulas.issue import Change, Issue, Stage

_ISSUES: Final = """
    SELECT issue.id, issue.connection_id, issue.project_id, issue.issue_type_id, kind.is_subtask,
        CASE WHEN issue.deleted_at IS NOT NULL THEN 'deleted'
            WHEN project.state NOT IN ('active', 'lost_access') THEN 'not_read' ELSE '' END,
        status.external_id, floor(extract(epoch FROM issue.created_at))::bigint,
        issue.assignee_id, issue.estimate
    FROM delivery_issue issue
    JOIN delivery_project project ON project.id = issue.project_id
    JOIN delivery_issuetype kind ON kind.id = issue.issue_type_id
    JOIN delivery_issuestatus status ON status.id = issue.status_id
    WHERE issue.id = ANY(%s) ORDER BY issue.id
"""
_CHANGES: Final = """
    SELECT issue_id, kind, floor(extract(epoch FROM occurred_at))::bigint, before, after
    FROM delivery_issuetransition
    WHERE issue_id = ANY(%s) AND kind IN ('status', 'assignee')
    ORDER BY occurred_at, (substring(external_id FROM '^[0-9]+(?=[.])'))::numeric NULLS FIRST, external_id
"""
_STATUSES: Final = """
    SELECT connection_id, external_id, name, category FROM delivery_issuestatus
    WHERE connection_id = ANY(%s)
"""
_RULES: Final = """
    SELECT rule.project_id, status.external_id, rule.stage
    FROM delivery_statusrule rule JOIN delivery_issuestatus status ON status.id = rule.status_id
    WHERE rule.project_id = ANY(%s)
"""
_ACCOUNTS: Final = """
    SELECT connection_id, account_id, id, COALESCE(person_id, -id), is_bot FROM people_identity
    WHERE id = ANY(%s) OR (connection_id, account_id) IN (
        SELECT * FROM unnest(%s::bigint[], %s::text[]))
"""


class Account(NamedTuple):
    identity: int | None
    key: int | None
    """As whom it is counted; see PullRequestFact.author_key."""
    is_bot: bool


NOBODY: Final = Account(None, None, is_bot=False)


@dataclass(frozen=True, slots=True)
class Assignment:
    """From `at` on."""

    at: int
    before: Account
    after: Account


@dataclass(frozen=True, slots=True)
class Loaded:
    issue_id: int
    project_id: int
    issue_type_id: int
    is_subtask: bool
    excluded: str
    issue: Issue
    stages: Mapping[int, Stage]
    assignee: Account
    assignments: Sequence[Assignment]
    estimate: float | None

    def assignee_at(self, at: int) -> Account:
        """Who had it at a moment; what happened in its own second counts."""
        for assignment in reversed(self.assignments):
            if assignment.at <= at:
                return assignment.after
        return self.assignments[0].before if self.assignments else self.assignee

    @property
    def accounts(self) -> set[Account]:
        mentioned = (self.assignee, *(one.after for one in self.assignments))
        return {one for one in mentioned if one.identity is not None}


Rules = Mapping[int, Mapping[int, str]]
"""By project: stages by the source's ids of statuses."""


def load(ids: Sequence[int], *, rules: Rules | None = None) -> Iterator[Loaded]:
    """Each issue of `ids` that is still stored, with its history. `rules`: in place of those that are stored."""
    wanted = list(ids)
    with connection.cursor() as cursor:
        cursor.execute(_ISSUES, [wanted])
        issues = cursor.fetchall()
        cursor.execute(_CHANGES, [wanted])
        changes: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for row in cursor.fetchall():
            changes[row[0]].append(row[1:])
        stages = _stages(cursor, issues, rules)
        known, by_identity = _accounts(cursor, issues, changes)
    for pk, source, project, kind, subtask, excluded, status, created, assignee, points in issues:
        told = changes.get(pk, [])
        yield Loaded(
            issue_id=pk,
            project_id=project,
            issue_type_id=kind,
            is_subtask=subtask,
            excluded=excluded,
            issue=Issue(
                created_at=created,
                status=status,
                changes=[
                    Change(at, int(before), int(after))
                    for what, at, before, after in told
                    if what == "status" and before.isdecimal() and after.isdecimal()
                ],
            ),
            stages=stages[project],
            assignee=by_identity.get(assignee, NOBODY),
            assignments=[
                Assignment(
                    at, known.get((source, before), NOBODY), known.get((source, after), NOBODY)
                )
                for what, at, before, after in told
                if what == "assignee"
            ],
            estimate=points,
        )


def _stages(
    cursor: Any,  # noqa: ANN401 - a cursor
    issues: Sequence[tuple[Any, ...]],
    given: Rules | None,
) -> dict[int, dict[int, Stage]]:
    """What statuses mean, by project."""
    projects = {row[2]: row[1] for row in issues}
    statuses: dict[int, list[status_rules.Status]] = defaultdict(list)
    cursor.execute(_STATUSES, [sorted(set(projects.values()))])
    for source, number, name, category in cursor.fetchall():
        statuses[source].append(status_rules.Status(number, name, category))
    rules: dict[int, dict[int, str]] = defaultdict(dict)
    if given is None:
        cursor.execute(_RULES, [sorted(projects)])
        for project, number, stage in cursor.fetchall():
            rules[project][number] = stage
    told = rules if given is None else given
    return {
        project: cast(
            "dict[int, Stage]", status_rules.stages(statuses[source], told.get(project, {}))
        )
        for project, source in projects.items()
    }


def _accounts(
    cursor: Any,  # noqa: ANN401 - a cursor
    issues: Sequence[tuple[Any, ...]],
    changes: Mapping[int, Sequence[tuple[Any, ...]]],
) -> tuple[dict[tuple[int, str], Account], dict[int, Account]]:
    """By source and account id, as histories name them, and by identity."""
    sources = {row[0]: row[1] for row in issues}
    named = sorted(
        {
            (sources[pk], account)
            for pk, rows in changes.items()
            for what, _, *ends in rows
            if what == "assignee"
            for account in ends
            if account
        }
    )
    cursor.execute(
        _ACCOUNTS,
        [
            sorted({row[8] for row in issues if row[8] is not None}),
            [source for source, _ in named],
            [account for _, account in named],
        ],
    )
    known, by_identity = dict[tuple[int, str], Account](), dict[int, Account]()
    for source, account, pk, key, is_bot in cursor.fetchall():
        by_identity[pk] = known[source, account] = Account(pk, key, is_bot)
    return known, by_identity


def points_of(text: str) -> float | None:
    """What a history calls an estimate; None: none."""
    try:
        return float(text)
    except ValueError:
        return None
