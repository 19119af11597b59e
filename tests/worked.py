"""Issues of a Jira, stored for tests of what is told of them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, pairwise
from typing import Any

from backend.connections.models import Connection
from backend.delivery.issue_records import (
    IssueRecord,
    IssueTypeRecord,
    ProjectRecord,
    StatusRecord,
    TransitionRecord,
)
from backend.delivery.models import Issue, Sprint
from backend.delivery.records import ActorRecord
from backend.delivery.store.issues import store_issues
from backend.delivery.store.projects import store_projects, store_statuses
from backend.metrics.issues.compute import measure
from backend.people.models import Identity
from tests.factories import MONDAY, a_connection

STATUSES = {
    "To Do": StatusRecord(1, "To Do", "new"),
    "In Progress": StatusRecord(3, "In Progress", "indeterminate"),
    "In Review": StatusRecord(4, "In Review", "indeterminate"),
    "Done": StatusRecord(5, "Done", "done"),
}
_numbers = count(1)


@dataclass
class Tracker:
    """Adds issues to one project of one Jira. Times are told in hours since `begin`."""

    connection: Connection = field(default_factory=lambda: a_connection(kind="jira_dc"))
    begin: datetime = MONDAY
    key: str = "FORGE"

    def __post_init__(self) -> None:
        self.know(self.key)
        store_statuses(connection=self.connection, statuses=STATUSES.values())

    def know(self, *keys: str) -> None:
        """Further projects, whose ids are made of their keys."""
        projects = [ProjectRecord(_id(key), key, key.title()) for key in keys]
        store_projects(connection=self.connection, projects=projects, patterns=())

    def account(self, identity: Identity) -> Identity:
        """The same person's account of this Jira."""
        made, _ = Identity.objects.get_or_create(
            connection=self.connection,
            account_id=f"JIRAUSER{identity.pk}",
            defaults={
                "kind": "user",
                "login": identity.login,
                "person": identity.person,
                "is_bot": identity.is_bot,
            },
        )
        return made

    def issue(
        self,
        assignee: Identity | None = None,
        *moves: tuple[float, str],
        created: float = 0,
        key: str = "",
        kind: str = "Story",
        by: Identity | None = None,
        **values: Any,
    ) -> Issue:
        """Through these statuses, each after so many hours, moved by somebody; it begins in To Do."""
        number = next(_numbers)
        project = key or self.key
        steps = [(created, "To Do"), *moves]
        record: dict[str, Any] = {
            "external_id": 10_000 + number,
            "key": f"{project}-{number}",
            "project_external_id": _id(project),
            "issue_type": IssueTypeRecord(_id(kind), kind, is_subtask=kind == "Sub-task"),
            "status": STATUSES[steps[-1][1]],
            "summary": f"Issue {number}",
            "parent_external_id": None,
            "assignee": self._actor(assignee),
            "reporter": None,
            "priority": "",
            "resolution": "",
            "labels": (),
            "components": (),
            "fix_versions": (),
            "affects_versions": (),
            "sprints": (),
            "estimate": None,
            "team_name": "",
            "created_at": self.at(created),
            "updated_at": self.at(steps[-1][0]),
            "resolved_at": None,
            "transitions": tuple(
                self._moved(place, before, after, hours, by)
                for place, ((_, before), (hours, after)) in enumerate(pairwise(steps))
            ),
        }
        further = values.pop("further", ())
        record["transitions"] += further
        told = IssueRecord(**record | values)
        store_issues(connection=self.connection, issues=[told])
        while measure():
            pass
        return Issue.objects.get(connection=self.connection, external_id=told.external_id)

    def sprint(self, external_id: int, *, start: float | None, end: float | None = None) -> Sprint:
        """On no board; `end`: when it was completed."""
        state = "future" if start is None else "active" if end is None else "closed"
        return Sprint.objects.create(
            connection=self.connection,
            external_id=external_id,
            name=f"Sprint {external_id}",
            state=state,
            starts_at=None if start is None else self.at(start),
            completed_at=None if end is None else self.at(end),
        )

    def planned(
        self, *moves: tuple[float, str, str], kind: str = "sprint"
    ) -> tuple[TransitionRecord, ...]:
        """Changes of the sprints, or of the estimate: after so many hours, from and to."""
        return tuple(
            TransitionRecord(f"{place + 100}.{kind}", kind, self.at(hours), None, before, after)
            for place, (hours, before, after) in enumerate(moves)
        )

    def at(self, hours: float) -> datetime:
        return self.begin + timedelta(hours=hours)

    def _moved(
        self, place: int, before: str, after: str, hours: float, by: Identity | None
    ) -> TransitionRecord:
        return TransitionRecord(
            external_id=f"{place}.0",
            kind="status",
            occurred_at=self.at(hours),
            actor=self._actor(by),
            before=str(STATUSES[before].external_id),
            after=str(STATUSES[after].external_id),
            before_name=before,
            after_name=after,
        )

    def _actor(self, identity: Identity | None) -> ActorRecord | None:
        if identity is None:
            return None
        account = self.account(identity)
        return ActorRecord("user", account.login, None, account.account_id)


def _id(name: str) -> int:
    return int.from_bytes(name.encode()[:6])
