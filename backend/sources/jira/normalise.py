"""From what Jira answers to what is kept: pure, and content with whatever state an issue is in."""

from collections.abc import Mapping
from typing import Final

from backend.delivery.issue_records import (
    BoardRecord,
    IssueLinkRecord,
    IssueRecord,
    IssueTypeRecord,
    ProjectRecord,
    SprintRecord,
    StatusRecord,
    VersionRecord,
)
from backend.sources.jira import changelog, custom, payloads
from backend.sources.jira.accounts import actor
from backend.sources.jira.changelog import History
from backend.sources.jira.fields import FieldMap

_CATEGORIES: Final = frozenset({"new", "indeterminate", "done"})
_STATES: Final = frozenset({"future", "active", "closed"})
_BOARDS: Final = frozenset({"scrum", "kanban", "simple"})


def issue(
    payload: payloads.Issue, history: History, fields: FieldMap, epics: Mapping[str, int]
) -> IssueRecord:
    """`epics`: ids of issues that are told by key alone."""
    told = payload.fields
    current = status(told.status)
    read = changelog.transitions(
        history, fields, status=current.external_id, created_at=told.created
    )
    values = _Values(told, fields)
    parent = _parent(told, values, epics)
    return IssueRecord(
        external_id=payload.id,
        key=payload.key[:120],
        project_external_id=told.project.id,
        issue_type=issue_type(told.issuetype),
        status=current,
        summary=(told.summary or "") if fields.keeps_summaries else "",
        parent_external_id=parent,
        assignee=actor(told.assignee),
        reporter=actor(told.reporter),
        priority=told.priority.name[:200] if told.priority else "",
        resolution=told.resolution.name[:200] if told.resolution else "",
        labels=tuple(label[:300] for label in told.labels or ()),
        components=tuple(one.name[:300] for one in told.components or ()),
        fix_versions=tuple(one.id for one in told.fix_versions or ()),
        affects_versions=tuple(one.id for one in told.versions or ()),
        sprints=values.sprints,
        estimate=values.estimate,
        team_name=values.team,
        created_at=told.created,
        updated_at=told.updated,
        resolved_at=told.resolutiondate,
        transitions=tuple(read.transitions),
        links=tuple(_links(told)),
        history_gap=" ".join([*read.gaps, *values.notes]),
    )


class _Values:
    """What an issue's custom fields hold; of those that cannot be understood a note."""

    def __init__(self, told: payloads.IssueFields, fields: FieldMap) -> None:
        self.notes: list[str] = []
        self.estimate: float | None = None
        self.sprints: tuple[int, ...] = ()
        self.team = ""
        self.epic: int | str | None = None
        held = {
            role: _held(told, fields, role)
            for role in ("story_points", "sprint", "team", "epic_link")
        }
        if (found := held["story_points"]) is not None:
            self.estimate, note = custom.estimate(found)
            self._say(note)
        if (found := held["sprint"]) is not None:
            self.sprints, note = custom.sprints(found)
            self._say(note)
        if (found := held["team"]) is not None:
            self.team, note = custom.team(found)
            self._say(note)
        if (found := held["epic_link"]) is not None:
            self.epic, note = custom.epic(found)
            self._say(note)

    def _say(self, note: str) -> None:
        if note:
            self.notes.append(f"{note[0].upper()}{note[1:]}.")


def _held(told: payloads.IssueFields, fields: FieldMap, role: str) -> object:
    """The first value of the fields that may have it."""
    return next((told.custom[name] for name in fields.ids(role) if name in told.custom), None)


def _parent(told: payloads.IssueFields, values: _Values, epics: Mapping[str, int]) -> int | None:
    if told.parent is not None:
        return told.parent.id
    if not isinstance(values.epic, str):
        return values.epic
    found = epics.get(values.epic)
    if found is None:
        values.notes.append("The epic above it is out of reach.")
    return found


def epic_key(payload: payloads.Issue, fields: FieldMap) -> str:
    """The key that has to be looked up, empty where there is none."""
    if payload.fields.parent is not None:
        return ""
    held = _held(payload.fields, fields, "epic_link")
    found = custom.epic(held)[0] if held is not None else None
    return found if isinstance(found, str) else ""


def _links(told: payloads.IssueFields) -> list[IssueLinkRecord]:
    links = []
    for link in told.issuelinks or ():
        other, name = link.outward_issue, link.type.outward
        if other is None:
            other, name = link.inward_issue, link.type.inward
        if other is not None:
            links.append(IssueLinkRecord(link.id, name[:200], other.id))
    return links


def status(payload: payloads.Status) -> StatusRecord:
    told = payload.status_category.key if payload.status_category else ""
    return StatusRecord(payload.id, payload.name[:300], told if told in _CATEGORIES else "unknown")


def issue_type(payload: payloads.IssueType) -> IssueTypeRecord:
    return IssueTypeRecord(payload.id, payload.name[:300], payload.subtask)


def project(payload: payloads.Project) -> ProjectRecord:
    return ProjectRecord(payload.id, payload.key[:100], payload.name[:300])


def version(payload: payloads.Version) -> VersionRecord:
    return VersionRecord(payload.id, payload.name[:300], payload.released, payload.release_date)


def board(payload: payloads.Board) -> BoardRecord:
    kind = payload.type.lower()
    where = payload.location.project_id if payload.location else None
    return BoardRecord(payload.id, payload.name[:300], kind if kind in _BOARDS else "simple", where)


def sprint(payload: payloads.Sprint, board_external_id: int) -> SprintRecord:
    """Of the board where it was made, where that is told."""
    state = payload.state.lower()
    return SprintRecord(
        external_id=payload.id,
        board_external_id=payload.origin_board_id or board_external_id,
        name=payload.name[:300],
        state=state if state in _STATES else "future",
        starts_at=payload.activated_date or payload.start_date,
        ends_at=payload.end_date,
        completed_at=payload.complete_date,
    )
