"""One piece of work from the inbox, from claim to outcome. Celery's tasks and `manage.py sync --wait` share it."""

from datetime import timedelta
from typing import Final

import structlog
from django.utils import timezone

from backend.connections.models import Connection
from backend.connections.store import record_state
from backend.delivery.models import Repository
from backend.delivery.store import mark_unreachable
from backend.pipeline import kinds
from backend.pipeline.kinds import OnPage, Piece
from backend.sources import hints
from backend.sources.errors import CredentialRefused, NotFound, Passing, SourceError
from backend.sources.github import app_changes, check, repositories
from backend.sources.github.client import GitHub
from backend.sources.github.session import open_source
from backend.sources.models import Hint, SyncRun

log = structlog.get_logger(__name__)

FIRST_DELAY: Final = timedelta(seconds=30)
LONGEST_DELAY: Final = timedelta(hours=1)


def work(*, connection: Connection | None = None, on_page: OnPage = lambda _, __: None) -> bool:
    """Claim what is due about one repository and do it; False where nothing is due.

    Without a connection, any that is not paused. Errors of the source end in a SyncRun and a later try; others are
    kept with the row and raised. Whatever fails is put off alone: its neighbours go back as they were.
    """
    claimed = hints.claim(connection=connection)
    if not claimed:
        return False
    source, queue = claimed[0].connection, kinds.pieces(claimed)
    with hints.held(claimed):
        try:
            with open_source(source) as github:
                while queue:
                    _perform(queue[0], github, on_page)
                    queue.pop(0)
        except SourceError as error:
            _give_back(queue[1:])
            _note_trouble(source, error, queue[0])
            _put_off(source, queue[0], error)
        except Exception:
            _give_back(queue[1:])
            raise
    return True


def _give_back(queue: list[Piece]) -> None:
    hints.give_back([hint for piece in queue for hint in piece.hints])


def check_connection(connection: Connection) -> None:
    """Try the connection, note how it fares, and begin to collect where it works. A paused one stays as it is."""
    try:
        app_changes.carry_out(connection)
        if Connection.objects.filter(pk=connection.pk, state=Connection.State.PAUSED).exists():
            return
        with open_source(connection) as github:
            found = check.check(github, organisation=next(iter(connection.organisations), ""))
    except SourceError as error:
        _note_trouble(connection, error, None)
        return
    record_state(
        connection=connection,
        state=Connection.State.WORKING if found.usable else Connection.State.FAILING,
        reason=found.reason,
        action=found.action,
        version=found.version,
        permissions=found.permissions,
    )
    if found.usable:
        hints.arm(connection=connection, kind=Hint.Kind.CONNECTION, key=repositories.LISTING)
        hints.arm(connection=connection, kind=Hint.Kind.TEAMS)


def _perform(piece: Piece, github: GitHub, on_page: OnPage) -> None:
    """Do one piece, and write down how it ended."""
    repository = (
        Repository.objects.select_related("connection")
        .filter(connection=piece.connection, external_id=piece.first.container_external_id or 0)
        .first()
    )
    run = SyncRun.objects.create(
        connection=piece.connection,
        repository=repository,
        kind=piece.kind,
        started_at=timezone.now(),
    )
    before = (github.usage.requests, github.usage.points)
    try:
        done = kinds.collect(piece, repository, github, on_page)
    except SourceError as error:
        outcome = SyncRun.Outcome.WAITING if error.retry_at else SyncRun.Outcome.FAILED
        _finish(run, github, before, outcome, error=error)
        if not isinstance(error, NotFound) or piece.of_connection:
            raise
        _not_found(piece, repository, github)
    except Exception as error:
        # Whatever it was, the row must say so: it is tried again, and parked after too many attempts.
        run.reason = f"Plumbline stumbled: {type(error).__name__}. The log tells more."
        _finish(run, github, before, SyncRun.Outcome.FAILED)
        until = timezone.now() + _delay(piece.first.attempts)
        hints.postpone(piece.hints, until=until, error=run.reason)
        raise
    else:
        run.stored, run.reason = done.stored, " ".join(done.notes)
        _finish(run, github, before, SyncRun.Outcome.SUCCEEDED)
        if done.more:
            for hint in piece.hints:
                hints.go_on(hint)
        else:
            hints.clear(piece.hints)
        if piece.connection.state != Connection.State.WORKING:
            record_state(connection=piece.connection, state=Connection.State.WORKING)


def _not_found(piece: Piece, repository: Repository | None, github: GitHub) -> None:
    """Nothing is deleted because of a 404. With a signed word that it was deleted it is gone, else out of reach.

    Where a part of it was asked for, the repository itself may well be there.
    """
    if repository is not None and piece.kind is Hint.Kind.REPOSITORY:
        deleted = piece.first.action == hints.DELETED
        _unreachable(repository, gone=deleted)
    elif repository is not None:
        try:
            github.repository(repository.external_id)
        except NotFound:
            _unreachable(repository, gone=False)
    hints.clear(piece.hints)


def _unreachable(repository: Repository, *, gone: bool) -> None:
    reason = (
        "The source says that it was deleted."
        if gone
        else "The source hides it from the credential, or it was deleted."
    )
    mark_unreachable(repository=repository, gone=gone, reason=reason)


def _finish(
    run: SyncRun,
    github: GitHub,
    before: tuple[int, int],
    outcome: str,
    *,
    error: SourceError | None = None,
) -> None:
    if error is not None:
        run.reason, run.action, run.retry_at = error.reason, error.action, error.retry_at
    run.requests = github.usage.requests - before[0]
    run.points = github.usage.points - before[1]
    run.outcome, run.finished_at = outcome, timezone.now()
    run.save()


def _note_trouble(connection: Connection, error: SourceError, piece: Piece | None) -> None:
    """A refused credential pauses the connection; a mere wait is no trouble.

    What fails of one repository, and may well work for others, is told with its run and is no trouble of all.
    """
    if error.retry_at is not None:
        return
    paused = isinstance(error, CredentialRefused)
    log.warning("source_trouble", connection=connection.slug, reason=error.reason)
    of_one = piece is not None and not piece.of_connection
    if of_one and not paused and (error.permanent or isinstance(error, Passing)):
        return
    record_state(
        connection=connection,
        state=Connection.State.PAUSED if paused else Connection.State.FAILING,
        reason=error.reason,
        action=error.action,
    )


def _put_off(connection: Connection, piece: Piece, error: SourceError) -> None:
    """When to try again: when the source says, else later and later. A wait holds for all of the connection."""
    hints.postpone(
        piece.hints,
        until=error.retry_at or timezone.now() + _delay(piece.first.attempts),
        error=error.reason,
        attempt_counts=error.retry_at is None and not isinstance(error, CredentialRefused),
    )
    if error.retry_at is not None:
        Hint.objects.filter(connection=connection, due_at__lt=error.retry_at).update(
            due_at=error.retry_at
        )


def _delay(attempts: int) -> timedelta:
    return min(FIRST_DELAY * (1 << max(attempts - 1, 0)), LONGEST_DELAY)
