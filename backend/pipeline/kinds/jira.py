"""Jira: the verb of each kind of work, in which order they are done, and what each asks for next."""

from collections.abc import Sequence
from typing import Final

from backend.connections.models import Connection
from backend.delivery.models import Project
from backend.delivery.store.projects import mark_project_unreachable
from backend.pipeline.kinds.connector import Connector, OnPage, Piece
from backend.sources import hints
from backend.sources.collected import Collected
from backend.sources.findings import Finding
from backend.sources.jira import census, check, issues, projects, sprints
from backend.sources.jira.client import Jira
from backend.sources.jira.session import open_jira
from backend.sources.models import Hint

ORDER: Final = (
    Hint.Kind.PROJECTS,
    Hint.Kind.PROJECT,
    Hint.Kind.SPRINTS,
    Hint.Kind.ISSUE,
    Hint.Kind.ISSUES,
    Hint.Kind.CENSUS,
)


def pieces(claimed: Sequence[Hint]) -> list[Piece]:
    """Each by itself, in the order in which they are done."""
    return [
        Piece([hint])
        for hint in sorted(claimed, key=lambda hint: ORDER.index(Hint.Kind(hint.kind)))
    ]


def collect(piece: Piece, project: Project | None, jira: Jira, on_page: OnPage) -> Collected:
    """Do it. Raises SourceError."""
    if piece.of_connection:
        return _of_connection(piece, jira)
    if project is None:
        return Collected(notes=["The project is not known any more."])
    if piece.kind is Hint.Kind.PROJECT:
        return projects.collect_project(project, jira)
    if project.state == Project.State.EXCLUDED:
        return Collected(notes=[project.state_reason])
    if piece.kind is Hint.Kind.CENSUS:
        return census.collect_census(project, jira)
    return issues.collect_project_issues(
        project,
        jira,
        full=piece.first.action == hints.FULL,
        on_page=lambda read: on_page(project, read),
    )


def _of_connection(piece: Piece, jira: Jira) -> Collected:
    match piece.kind:
        case Hint.Kind.PROJECTS:
            return projects.collect_projects(piece.connection, jira)
        case Hint.Kind.SPRINTS:
            full = piece.first.action == hints.FULL
            return sprints.collect_sprints(piece.connection, jira, full=full)
        case Hint.Kind.ISSUE:
            return issues.collect_issue(
                piece.connection,
                jira,
                int(piece.first.key),
                deleted=piece.first.action == hints.DELETED,
            )
        case _:
            return issues.collect_changed_issues(piece.connection, jira)


def _check(_: Connection, jira: Jira) -> Finding:
    return check.check(jira)


def _container(piece: Piece) -> Project | None:
    return (
        Project.objects.select_related("connection")
        .filter(connection=piece.connection, external_id=piece.first.container_external_id or 0)
        .first()
    )


def _not_found(_: Piece, project: Project | None, jira: Jira) -> None:  # noqa: ARG001 - the face of all connectors
    """Nothing is deleted because of a 404."""
    if project is not None:
        mark_project_unreachable(project=project, gone=False, reason=issues.OUT_OF_REACH)


def _begin(connection: Connection) -> None:
    hints.arm(connection=connection, kind=Hint.Kind.PROJECTS)
    hints.arm(connection=connection, kind=Hint.Kind.SPRINTS)
    hints.arm(connection=connection, kind=Hint.Kind.ISSUES)


def _poll(connection: Connection) -> None:
    hints.arm(connection=connection, kind=Hint.Kind.ISSUES)


def _reconcile(connection: Connection) -> None:
    hints.arm(connection=connection, kind=Hint.Kind.SPRINTS, action=hints.FULL)
    active = Project.objects.filter(connection=connection, state=Project.State.ACTIVE)
    for project in active.select_related("connection").iterator():
        projects.arm(project, Hint.Kind.PROJECT)
        projects.arm(project, Hint.Kind.ISSUES, action=hints.FULL)
        projects.arm(project, Hint.Kind.CENSUS)


CONNECTOR: Final = Connector(
    open=open_jira,
    check=_check,
    pieces=pieces,
    container=_container,
    collect=collect,
    not_found=_not_found,
    begin=_begin,
    poll=_poll,
    discover=_begin,
    reconcile=_reconcile,
)
