"""GitHub: the verb of each kind of work, in which order they are done, and what each asks for next."""

from collections.abc import Sequence
from typing import Final

from backend.connections.models import Connection, GitHubApp
from backend.delivery.models import Repository
from backend.delivery.store import mark_unreachable
from backend.pipeline.kinds.connector import Connector, OnPage, Piece
from backend.sources import hints
from backend.sources.collected import Collected
from backend.sources.commit_sizes import collect_change_sizes
from backend.sources.errors import NotFound
from backend.sources.findings import Finding
from backend.sources.github import (
    artifacts,
    check,
    checks,
    deliveries,
    deployments,
    lineage,
    pull_requests,
    repositories,
    teams,
    workflows,
)
from backend.sources.github.client import GitHub
from backend.sources.github.session import open_source
from backend.sources.models import Hint

ORDER: Final = (
    Hint.Kind.CONNECTION,
    Hint.Kind.REPOSITORY,  # its new name is what the others ask by
    Hint.Kind.TEAMS,
    Hint.Kind.DELIVERIES,
    Hint.Kind.PULL_REQUESTS,
    Hint.Kind.PULL_REQUEST,
    Hint.Kind.CHECKS,
    Hint.Kind.WORKFLOW_RUN,
    Hint.Kind.WORKFLOW_RUNS,
    Hint.Kind.ARTIFACTS,
    Hint.Kind.DEPLOYMENTS,
    Hint.Kind.RELEASES,
    Hint.Kind.TAGS,
    Hint.Kind.RECONCILE,
    Hint.Kind.COMMITS,
    Hint.Kind.LINEAGE,  # of what the default branch does not lead to
)
_PASSES: Final = {
    Hint.Kind.WORKFLOW_RUNS: workflows.collect_workflow_runs,
    Hint.Kind.DEPLOYMENTS: deployments.collect_deployments,
    Hint.Kind.RELEASES: deployments.collect_releases,
    Hint.Kind.TAGS: deployments.collect_tags,
    Hint.Kind.LINEAGE: lineage.collect_lineage,
}
_NOT_READ: Final = {
    Repository.State.EXCLUDED,
    Repository.State.TRANSFERRED,
    Repository.State.ERASING,
}
_BY_NUMBER: Final = {
    Hint.Kind.PULL_REQUEST: pull_requests.collect_pull_request,
    Hint.Kind.WORKFLOW_RUN: workflows.collect_workflow_run,
    Hint.Kind.ARTIFACTS: artifacts.collect_artifacts,
}
"""Of these the key is the number of the one that is meant."""
AT_NIGHT: Final = [
    *(kind for kind in repositories.READ if kind != Hint.Kind.PULL_REQUESTS),
    Hint.Kind.LINEAGE,
]
"""Beside pull requests, which reconciling reads from the first to the last."""


def pieces(claimed: Sequence[Hint]) -> list[Piece]:
    """What was claimed, in the order in which it is done."""
    queue = sorted(claimed, key=lambda hint: ORDER.index(Hint.Kind(hint.kind)))
    commits = [hint for hint in queue if hint.kind == Hint.Kind.CHECKS and hint.key]
    size = checks.COMMITS_A_REQUEST
    batches = {
        batch[0].pk: batch
        for batch in (commits[at : at + size] for at in range(0, len(commits), size))
    }
    return [
        Piece(batches.get(hint.pk, [hint]))
        for hint in queue
        if hint.pk in batches or hint not in commits
    ]


def collect(
    piece: Piece, repository: Repository | None, github: GitHub, on_page: OnPage
) -> Collected:
    """Do it. Raises SourceError."""
    if piece.of_connection:
        return _of_connection(piece, github)
    if repository is None or piece.kind is Hint.Kind.REPOSITORY:
        external_id = piece.first.container_external_id or 0
        return repositories.collect_repository(piece.connection, github, external_id)
    if repository.state in _NOT_READ:
        return Collected(notes=[repository.state_reason])
    done = _of_repository(piece, repository, github, on_page)
    if done.stored and piece.kind in {Hint.Kind.PULL_REQUESTS, Hint.Kind.RECONCILE}:
        # What they brought has new heads, whose checks nobody told of.
        repositories.arm_all(repository, kinds=[Hint.Kind.CHECKS])
    return done


def _of_connection(piece: Piece, github: GitHub) -> Collected:
    connection, hint = piece.connection, piece.first
    if piece.kind is Hint.Kind.TEAMS:
        return teams.collect_teams(connection, github)
    if piece.kind is Hint.Kind.DELIVERIES:
        return deliveries.collect_deliveries(connection, github)
    # A webhook says that the credential may see more, or less, than before.
    listing = hint.key == repositories.LISTING or bool(hint.event)
    return repositories.collect_connection(connection, github, listing=listing)


def _of_repository(
    piece: Piece, repository: Repository, github: GitHub, on_page: OnPage
) -> Collected:
    key, full = piece.first.key, piece.first.action == hints.FULL
    if piece.kind in _PASSES:
        return _PASSES[piece.kind](repository, github, full=full)
    if piece.kind in _BY_NUMBER:
        return _BY_NUMBER[piece.kind](repository, github, int(key))
    match piece.kind:
        case Hint.Kind.PULL_REQUESTS | Hint.Kind.RECONCILE:
            return pull_requests.collect_pull_requests(
                repository,
                github,
                reconcile=piece.kind is Hint.Kind.RECONCILE,
                on_page=lambda read: on_page(repository, read),
            )
        case Hint.Kind.COMMITS:
            return collect_change_sizes(repository, github)
        case _:
            shas = [hint.key for hint in piece.hints if hint.key]
            return checks.collect_checks(repository, github, shas or None, full=full)


def _check(connection: Connection, github: GitHub) -> Finding:
    return check.check(github, organisation=next(iter(connection.organisations), ""))


def _container(piece: Piece) -> Repository | None:
    return (
        Repository.objects.select_related("connection")
        .filter(connection=piece.connection, external_id=piece.first.container_external_id or 0)
        .first()
    )


def _not_found(piece: Piece, repository: Repository | None, github: GitHub) -> None:
    """Nothing is deleted because of a 404. With a signed word that it was deleted it is gone, else out of reach.

    Where a part of it was asked for, the repository itself may well be there.
    """
    if repository is None:
        return
    if piece.kind is Hint.Kind.REPOSITORY:
        _unreachable(repository, gone=piece.first.action == hints.DELETED)
        return
    try:
        github.repository(repository.external_id)
    except NotFound:
        _unreachable(repository, gone=False)


def _unreachable(repository: Repository, *, gone: bool) -> None:
    reason = (
        "The source says that it was deleted."
        if gone
        else "The source hides it from the credential, or it was deleted."
    )
    mark_unreachable(repository=repository, gone=gone, reason=reason)


def _begin(connection: Connection) -> None:
    hints.arm(connection=connection, kind=Hint.Kind.CONNECTION, key=repositories.LISTING)
    hints.arm(connection=connection, kind=Hint.Kind.TEAMS)


def _poll(connection: Connection) -> None:
    hints.arm(connection=connection, kind=Hint.Kind.CONNECTION)


def _discover(connection: Connection) -> None:
    """Which repositories there are for credentials that cannot be asked by organisation; who is in teams; which webhook
    deliveries failed.
    """
    _begin(connection)
    if GitHubApp.objects.filter(connection=connection).exists():
        hints.arm(connection=connection, kind=Hint.Kind.DELIVERIES)


def _reconcile(connection: Connection) -> None:
    active = connection.repositories.filter(state=Repository.State.ACTIVE)
    for repository in active.select_related("connection").iterator():
        repositories.arm_all(repository, kinds=[Hint.Kind.RECONCILE, *AT_NIGHT], action=hints.FULL)


CONNECTOR: Final = Connector(
    open=open_source,
    check=_check,
    pieces=pieces,
    container=_container,
    collect=collect,
    not_found=_not_found,
    begin=_begin,
    poll=_poll,
    discover=_discover,
    reconcile=_reconcile,
)
