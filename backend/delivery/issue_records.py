"""What a connector of issues hands to the store: plain values, free of Django and of any source's shapes.

All times are aware and in UTC. Ids are the source's own. `None` is unknown, never 0.
"""

from dataclasses import dataclass
from datetime import date, datetime

from backend.delivery.records import ActorRecord


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    external_id: int
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class IssueTypeRecord:
    external_id: int
    name: str
    is_subtask: bool


@dataclass(frozen=True, slots=True)
class StatusRecord:
    """`category` is one of delivery.IssueStatus.Category."""

    external_id: int
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class VersionRecord:
    external_id: int
    name: str
    is_released: bool
    released_on: date | None


@dataclass(frozen=True, slots=True)
class BoardRecord:
    """`kind` is one of delivery.Board.Kind."""

    external_id: int
    name: str
    kind: str
    project_external_id: int | None


@dataclass(frozen=True, slots=True)
class SprintRecord:
    """`state` is one of delivery.Sprint.State."""

    external_id: int
    board_external_id: int | None
    name: str
    state: str
    starts_at: datetime | None
    ends_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class TransitionRecord:
    """`kind` is one of delivery.IssueTransition.Kind; `before` and `after` as the model says.

    Of a status, the names as the history has them: for a status that the source has deleted since.
    """

    external_id: str
    kind: str
    occurred_at: datetime
    actor: ActorRecord | None
    before: str
    after: str
    before_name: str = ""
    after_name: str = ""


@dataclass(frozen=True, slots=True)
class IssueLinkRecord:
    external_id: int
    name: str
    other_external_id: int


@dataclass(frozen=True, slots=True)
class IssueRecord:
    """An issue with its whole history. `history_gap` says what of it is missing; empty: nothing."""

    external_id: int
    key: str
    project_external_id: int
    issue_type: IssueTypeRecord
    status: StatusRecord
    summary: str
    parent_external_id: int | None
    assignee: ActorRecord | None
    reporter: ActorRecord | None
    priority: str
    resolution: str
    labels: tuple[str, ...]
    components: tuple[str, ...]
    fix_versions: tuple[int, ...]
    affects_versions: tuple[int, ...]
    sprints: tuple[int, ...]
    estimate: float | None
    team_name: str
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    transitions: tuple[TransitionRecord, ...]
    links: tuple[IssueLinkRecord, ...] = ()
    history_gap: str = ""
