"""What a simulated Jira holds."""

from dataclasses import dataclass, field


@dataclass(eq=False)
class User:
    """``name`` and ``key`` are Data Center's, ``account_id`` is the Cloud's."""

    number: int
    name: str
    time_zone: str = "UTC"
    active: bool = True
    app: bool = False
    """The Cloud tells it of accounts that belong to apps; Data Center does not."""

    @property
    def key(self) -> str:
        return f"JIRAUSER{10_000 + self.number}"

    @property
    def account_id(self) -> str:
        return f"712020:{self.number:08x}-0000-4000-8000-000000000000"


@dataclass(eq=False)
class Named:
    """A type, status, version, component or priority: an id and a name."""

    id: int
    name: str


@dataclass(eq=False)
class Status(Named):
    """``category``: new, indeterminate or done."""

    category: str = "new"
    deleted: bool = False
    """Histories name it, and the list of statuses does not."""


@dataclass(eq=False)
class IssueType(Named):
    subtask: bool = False


@dataclass(eq=False)
class Version(Named):
    released_on: str = ""


@dataclass(eq=False)
class Project(Named):
    key: str = ""
    hidden: bool = False
    versions: list[Version] = field(default_factory=list)
    next_number: int = 1


@dataclass(eq=False)
class Board(Named):
    kind: str = "scrum"
    project: Project | None = None


@dataclass(eq=False)
class Sprint(Named):
    board: Board | None = None
    state: str = "future"
    start: float | None = None
    end: float | None = None
    complete: float | None = None


@dataclass(eq=False)
class History:
    """One entry of a changelog; ``items`` as Jira writes them, but for times and users."""

    id: int
    author: User | None
    at: float
    items: list[dict[str, str | None]]


@dataclass(eq=False)
class Link:
    id: int
    name: str
    other: "Issue"


@dataclass(eq=False)
class Issue:
    """Times are seconds since 1970, to the millisecond."""

    id: int
    key: str
    project: Project
    type: IssueType
    status: Status
    summary: str
    created: float
    updated: float
    reporter: User | None = None
    assignee: User | None = None
    parent: "Issue | None" = None
    epic: "Issue | None" = None
    points: object = None
    team: object = None
    sprints: list[Sprint] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    components: list[Named] = field(default_factory=list)
    fix_versions: list[Version] = field(default_factory=list)
    affects_versions: list[Version] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    histories: list[History] = field(default_factory=list)
    resolved: float | None = None
    hidden: bool = False
    former_keys: list[str] = field(default_factory=list)
    indexed: list[float] = field(default_factory=list)
    """Every time that it was changed at: the index knows them one by one, with a lag."""
