"""A Jira's state and what people do in it. Every verb leaves the history that Jira would write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import RLock

from tests.simulators.jira.records import (
    Board,
    History,
    Issue,
    IssueType,
    Link,
    Named,
    Project,
    Sprint,
    Status,
    User,
    Version,
)

START = datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp()
TO_DO, IN_PROGRESS, IN_REVIEW, DONE = "To Do", "In Progress", "In Review", "Done"
When = float | datetime | None
Item = dict[str, str | None]


@dataclass
class World:
    """``canary`` stands in all free text, so that a test can look for it. Each verb happens a minute after the last."""

    canary: str = "Free text"
    version: str = "9.12.4"
    time_zone: str = "UTC"
    """Of the account that the token belongs to: Jira tells times in it, and takes quoted times for it."""
    index_lag: float = 0
    """Seconds until a search finds a change."""
    maximum_page: int = 1000
    signs_webhooks: bool = True
    site: str = ""
    """Where people open it, if that is another address than the one that is asked."""
    now: float = START
    projects: dict[int, Project] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    statuses: dict[str, Status] = field(default_factory=dict)
    types: dict[str, IssueType] = field(default_factory=dict)
    boards: list[Board] = field(default_factory=list)
    sprints: list[Sprint] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    email: str = "plumbline@forge.test"
    permissions: set[str] = field(default_factory=lambda: {"BROWSE_PROJECTS"})
    listeners: list[Callable[[str, object], None]] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)
    _last_id: int = 10_000

    def __post_init__(self) -> None:
        for name, category in (
            (TO_DO, "new"), (IN_PROGRESS, "indeterminate"), (IN_REVIEW, "indeterminate"), (DONE, "done"),
        ):  # fmt: skip
            self.create_status(name, category)
        for name in ("Epic", "Story", "Bug", "Task", "Sub-task"):
            self.create_type(name, subtask=name == "Sub-task")
        self.account = self.create_user("plumbline")

    # -- what there is -------------------------------------------------------------------------------------------

    def add_token(self, token: str) -> None:
        self.tokens.add(token)

    def create_user(self, name: str, *, active: bool = True) -> User:
        return self.users.setdefault(name, User(len(self.users) + 1, name, active=active))

    def create_status(self, name: str, category: str) -> Status:
        return self.statuses.setdefault(name, Status(self._id(), name, category))

    def create_type(self, name: str, *, subtask: bool = False) -> IssueType:
        return self.types.setdefault(name, IssueType(self._id(), name, subtask=subtask))

    def create_project(self, key: str, name: str = "") -> Project:
        made = Project(self._id(), name or key.title(), key)
        self.projects[made.id] = made
        return made

    def create_board(self, project: Project, kind: str = "scrum") -> Board:
        made = Board(len(self.boards) + 1, f"{project.key} board", kind, project)
        self.boards.append(made)
        return made

    def create_sprint(self, board: Board, name: str = "") -> Sprint:
        number = len(self.sprints) + 1
        made = Sprint(number, name or f"Sprint {number}", board)
        self.sprints.append(made)
        return made

    def create_version(self, project: Project, name: str, released_on: str = "") -> Version:
        made = Version(self._id(), name, released_on)
        project.versions.append(made)
        return made

    def create_issue(
        self,
        project: Project,
        summary: str = "",
        *,
        type: str = "Story",  # noqa: A002 - as Jira calls it
        by: User | None = None,
        at: When = None,
        **values: object,
    ) -> Issue:
        with self.lock:
            moment = self._moment(at)
            key = f"{project.key}-{project.next_number}"
            project.next_number += 1
            issue = Issue(
                *(self._id(), key, project, self.types[type], self.statuses[TO_DO]),
                summary or f"{self.canary}: {key}",
                *(moment, moment),
                reporter=by,
            )
            for name, value in values.items():
                setattr(issue, name, value)
            issue.indexed.append(moment)
            self.issues[issue.id] = issue
        self._tell("jira:issue_created", issue)
        return issue

    # -- what people do ------------------------------------------------------------------------------------------

    def set_status(
        self, issue: Issue, name: str, *, by: User | None = None, at: When = None
    ) -> None:
        """Into a status; one of category done resolves it."""
        new = self.statuses[name]
        item = _item("status", issue.status.id, issue.status.name, new.id, new.name)
        issue.status = new
        items = [item]
        moment = self._moment(at)
        if (new.category == "done") != (issue.resolved is not None):
            issue.resolved = moment if new.category == "done" else None
            ends = ("", "", 1, "Done") if issue.resolved else (1, "Done", "", "")
            items.append(_item("resolution", *ends))
        self._change(issue, items, by, moment)

    def assign(
        self, issue: Issue, to: User | None, *, by: User | None = None, at: When = None
    ) -> None:
        before, issue.assignee = issue.assignee, to
        self._change(issue, [_item("assignee", *_user(before), *_user(to))], by, at)

    def estimate(
        self, issue: Issue, points: float | None, *, by: User | None = None, at: When = None
    ) -> None:
        before, issue.points = issue.points, points
        item = _item("Story Points", "", _text(before), "", _text(points), custom=True)
        self._change(issue, [item], by, at)

    def plan(self, issue: Issue, *sprints: Sprint, by: User | None = None, at: When = None) -> None:
        """The sprints that it is or was in from now on."""
        before, issue.sprints = issue.sprints, list(sprints)
        ends = (*_sprints(before), *_sprints(issue.sprints))
        self._change(issue, [_item("Sprint", *ends, custom=True)], by, at)

    def set_epic(
        self, issue: Issue, epic: Issue | None, *, by: User | None = None, at: When = None
    ) -> None:
        before, issue.epic = issue.epic, epic
        ends = (*_issue(before), *_issue(epic))
        self._change(issue, [_item("Epic Link", *ends, custom=True)], by, at)

    def set_parent(
        self, issue: Issue, parent: Issue | None, *, by: User | None = None, at: When = None
    ) -> None:
        before, issue.parent = issue.parent, parent
        self._change(issue, [_item("Parent", *_issue(before), *_issue(parent))], by, at)

    def label(self, issue: Issue, *labels: str, at: When = None) -> None:
        before, issue.labels = issue.labels, list(labels)
        self._change(issue, [_item("labels", "", " ".join(before), "", " ".join(labels))], None, at)

    def comment(self, issue: Issue, *, at: When = None) -> None:
        """Moves the time of change and leaves no history."""
        self._change(issue, [], None, at)

    def link(self, issue: Issue, name: str, other: Issue, *, at: When = None) -> None:
        issue.links.append(Link(self._id(), name, other))
        self._change(
            issue, [_item("Link", "", "", other.key, f"This issue {name} {other.key}")], None, at
        )

    def move(
        self, issue: Issue, project: Project, *, by: User | None = None, at: When = None
    ) -> None:
        """To another project: a new key, the same id."""
        key = f"{project.key}-{project.next_number}"
        project.next_number += 1
        items = [
            _item("Key", "", issue.key, "", key),
            _item("project", issue.project.id, issue.project.name, project.id, project.name),
        ]
        issue.former_keys.append(issue.key)
        issue.key, issue.project = key, project
        self._change(issue, items, by, at)

    def delete(self, issue: Issue) -> None:
        with self.lock:
            del self.issues[issue.id]
        self._tell("jira:issue_deleted", issue)

    def start_sprint(self, sprint: Sprint, *, at: When = None, days: float = 14) -> None:
        sprint.state, sprint.start = "active", self._moment(at)
        sprint.end = sprint.start + days * 86_400
        self._tell("sprint_started", sprint)

    def complete_sprint(self, sprint: Sprint, *, at: When = None) -> None:
        sprint.state, sprint.complete = "closed", self._moment(at)
        self._tell("sprint_closed", sprint)

    def tick(self, seconds: float) -> None:
        """Time goes by."""
        self.now += seconds

    # -- how it is kept ------------------------------------------------------------------------------------------

    def visible(self) -> list[Issue]:
        return [one for one in self.issues.values() if not (one.hidden or one.project.hidden)]

    def found(self, key_or_id: str) -> Issue | None:
        """By id, key or a former key."""
        for one in self.visible():
            if key_or_id in {str(one.id), one.key, *one.former_keys}:
                return one
        return None

    def indexed_at(self, issue: Issue) -> float | None:
        """The time of change that a search knows by now; None: it does not know the issue yet."""
        known = [at for at in issue.indexed if at <= self.now - self.index_lag]
        return max(known, default=None)

    def _change(self, issue: Issue, items: Sequence[Item], by: User | None, at: When) -> None:
        with self.lock:
            moment = self._moment(at)
            if items:
                issue.histories.append(History(self._id(), by, moment, list(items)))
            issue.updated = max(issue.updated, moment)
            issue.indexed.append(moment)
        self._tell("jira:issue_updated", issue)

    def _moment(self, at: When) -> float:
        if isinstance(at, datetime):
            at = at.timestamp()
        self.now = max(self.now, at) if at is not None else self.now + 60
        return round(at if at is not None else self.now, 3)

    def _id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _tell(self, event: str, about: object) -> None:
        for listener in self.listeners:
            listener(event, about)


def component(number: int, name: str) -> Named:
    return Named(number, name)


def _item(
    name: str,
    before: object,
    before_text: object,
    after: object,
    after_text: object,
    *,
    custom: bool = False,
) -> Item:
    return {
        "field": name,
        "fieldtype": "custom" if custom else "jira",
        "from": _text(before) or None,
        "fromString": _text(before_text) or None,
        "to": _text(after) or None,
        "toString": _text(after_text) or None,
    }


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _user(user: User | None) -> tuple[str, str]:
    """Replaced by the dialect's own id where it is written out."""
    return (f"user {user.name}", user.name) if user else ("", "")


def _sprints(sprints: Sequence[Sprint]) -> tuple[str, str]:
    return ", ".join(str(one.id) for one in sprints), ", ".join(one.name for one in sprints)


def _issue(issue: Issue | None) -> tuple[str, str]:
    return (str(issue.id), issue.key) if issue else ("", "")
