"""Where a world keeps its records: ids, clock, look-ups, tokens and those who want to hear of changes."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from .automation import App, CheckSuite, Workflow, WorkflowRun
from .deployments import Deployment, Release
from .gitrepos import Store
from .records import (
    Account,
    Commit,
    Organization,
    PullRequest,
    Repository,
    Review,
    Team,
    parse_node_id,
)

if TYPE_CHECKING:
    from .apps import Installation

Node = (
    Account
    | Organization
    | Team
    | Repository
    | PullRequest
    | Review
    | App
    | CheckSuite
    | Workflow
    | WorkflowRun
    | Deployment
    | Release
)
Moment = int | datetime | None
"""When something happens: Unix seconds, an aware datetime, or None for a minute after the last thing."""

N = TypeVar("N", bound=Node)

FULL_SCOPES = ("repo", "read:org", "workflow")


@dataclass(slots=True, kw_only=True)
class Token:
    """A credential: a personal access token with classic scopes, or with permissions (``scopes`` None): a fine-grained
    one, or an App's (``installation``).
    """

    value: str
    account: Account
    scopes: tuple[str, ...] | None = FULL_SCOPES
    repositories: set[int] | None = None
    """The ids it is narrowed to; None: all."""
    permissions: dict[str, str] | None = None
    """Name to level; None: all, or those of its installation."""
    installation: "Installation | None" = None
    expires_at: int | None = None
    revoked: bool = False

    def sees(self, repository: Repository) -> bool:
        if self.repositories is not None and repository.database_id not in self.repositories:
            return False
        where = self.installation
        return where is None or (
            repository.owner is where.owner
            and (where.repositories is None or repository.database_id in where.repositories)
        )

    def may_read(self, permission: str) -> bool:
        """Whether what needs this permission is open to it; scopes are checked elsewhere."""
        given = [self.permissions, self.installation.permissions if self.installation else None]
        return all(one is None or permission in one for one in given)

    @property
    def is_everywhere(self) -> bool:
        """Every repository of its installation, those to come as well."""
        where = self.installation
        return self.repositories is None and (where is None or where.repositories is None)

    @property
    def kind(self) -> str:
        """As GitHub's refusals call it."""
        return "personal access token" if self.installation is None else "integration"

    @property
    def is_whole(self) -> bool:
        """Nothing is withheld from it by a permission."""
        return self.permissions is None and self.installation is None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that GitHub would send a webhook about."""

    name: str
    action: str | None
    organization: Organization
    repository: Repository | None = None
    sender: Account | None = None
    pull_request: PullRequest | None = None
    review: Review | None = None
    details: dict[str, Any] = field(default_factory=dict)


class Registry:
    """The state of one server. ``wide_ids`` gives pull requests and reviews ids beyond 32 bits, as github.com has."""

    def __init__(
        self, *, now: Moment = 1_787_400_000, wide_ids: bool = True, canary: str = ""
    ) -> None:
        self.now = seconds(now, 0)
        self.canary = canary
        self.organizations: dict[str, Organization] = {}
        self.personal_owners: dict[str, Organization] = {}
        self.accounts: dict[str, Account] = {}
        self.repositories: dict[int, Repository] = {}
        self.tokens: dict[str, Token] = {}
        self.checking_apps: dict[str, App] = {}
        self.listeners: list[Callable[[Event], None]] = []
        self.git: Store | None = None
        self._names: dict[str, Repository] = {}
        self._paths: dict[int, set[str]] = {}
        self._nodes: dict[tuple[str, int], Node] = {}
        start = 3_000_000_000 if wide_ids else 1_000
        self._last_id: defaultdict[str, int] = defaultdict(
            lambda: 1_000,
            {"PR": start, "PRR": start * 2 if wide_ids else 1_000, "EV": 20_000_000_000},
        )

    def next_id(self, prefix: str) -> int:
        """A new database id; they count up within a kind."""
        self._last_id[prefix] += 1
        return self._last_id[prefix]

    def moment(self, at: Moment) -> int:
        """The time of a change; the clock never runs behind the last one."""
        when = seconds(at, self.now + 60)
        self.now = max(self.now, when)
        return when

    def remember(self, prefix: str, node: N) -> N:
        self._nodes[prefix, node.database_id] = node
        return node

    def forget(self, prefix: str, node: Node) -> None:
        self._nodes.pop((prefix, node.database_id), None)

    def node(self, text: str) -> Node | Commit | None:
        """The object with a global id."""
        if text.startswith("C_"):
            return self.commit(text.removeprefix("C_"))
        key = parse_node_id(text)
        found = self._nodes.get(key) if key else None
        gone = isinstance(found, Account) and found.deleted
        repository = found if isinstance(found, Repository) else getattr(found, "repository", None)
        gone = gone or (repository is not None and repository.is_deleted)
        return None if gone else found

    def commit(self, oid: str) -> Commit | None:
        return next(
            (found for repo in self.repositories.values() if (found := repo.commit(oid))), None
        )

    def name_repository(self, repository: Repository) -> None:
        """Make a repository answer to its present name; earlier ones go on leading to it until they are taken."""
        self._names[repository.full_name.lower()] = repository

    def repository(self, full_name: str) -> Repository | None:
        """By name, present or former; compare ``full_name`` to see whether it moved."""
        found = self._names.get(full_name.lower())
        return found if found and found.database_id in self.repositories else None

    def emit(self, name: str, action: str | None, organization: Organization, **about: Any) -> None:
        if self.listeners:
            event = Event(name, action, organization, **about)
            for listener in self.listeners:
                listener(event)

    def free_text(self, text: str) -> str:
        """Text that nobody outside may keep, with the canary's marker."""
        return f"{self.canary} {text}".strip()

    def add_token(self, value: str, **attributes: Any) -> Token:
        """A token, by default of a service account that may read everything."""
        account = attributes.pop("account", None) or self.accounts.get("plumbline-reader")
        if account is None:
            account = Account(
                database_id=self.next_id("U"), login="plumbline-reader", name="Plumbline reader"
            )
            self.accounts[account.login] = self.remember("U", account)
        token = Token(value=value, account=account, **attributes)
        self.tokens[value] = token
        return token


def seconds(at: Moment, default: int) -> int:
    if at is None:
        return default
    return int(at.timestamp()) if isinstance(at, datetime) else at


__all__ = ["FULL_SCOPES", "Event", "Moment", "Node", "Registry", "Token", "seconds"]
