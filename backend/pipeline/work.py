"""One piece of work from the inbox, from claim to outcome. Celery's tasks and `manage.py sync --wait` share it."""

from datetime import timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import timezone

from backend.audit.events import record
from backend.connections.models import Connection
from backend.connections.store import record_state
from backend.delivery.models import Project, Repository
from backend.pipeline.kinds import Connector, OnPage, Piece, connector_of
from backend.pipeline.kinds.connector import Session
from backend.sources import hints
from backend.sources.errors import CredentialRefused, NotFound, Passing, SourceError
from backend.sources.github import app_changes
from backend.sources.models import Hint, SyncRun

log = structlog.get_logger(__name__)

FIRST_DELAY: Final = timedelta(seconds=30)
LONGEST_DELAY: Final = timedelta(hours=1)


def work(*, connection: Connection | None = None, on_page: OnPage = lambda _, __: None) -> bool:
    """Claim what is due about one repository or project and do it; False where nothing is due.

    Without a connection, any that is not paused. Errors of the source end in a SyncRun and a later try; others are
    kept with the row and raised. Whatever fails is put off alone: its neighbours go back as they were.
    """
    claimed = hints.claim(connection=connection)
    if not claimed:
        return False
    source = claimed[0].connection
    connector = connector_of(source)
    queue = connector.pieces(claimed)
    with hints.held(claimed):
        try:
            with connector.open(source) as session:
                while queue:
                    _perform(connector, queue[0], session, on_page)
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
    connector = connector_of(connection)
    try:
        app_changes.carry_out(connection)
        if Connection.objects.filter(pk=connection.pk, state=Connection.State.PAUSED).exists():
            return
        with connector.open(connection) as session:
            found = connector.check(connection, session)
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
        connector.begin(connection)


def _perform(
    connector: Connector[Any, Any], piece: Piece, session: Session, on_page: OnPage
) -> None:
    """Do one piece, and write down how it ended."""
    container = connector.container(piece)
    run = SyncRun.objects.create(
        connection=piece.connection,
        repository=container if isinstance(container, Repository) else None,
        project=container if isinstance(container, Project) else None,
        kind=piece.kind,
        started_at=timezone.now(),
    )
    before = (session.usage.requests, session.usage.points)
    try:
        done = connector.collect(piece, container, session, on_page)
    except SourceError as error:
        outcome = SyncRun.Outcome.WAITING if error.retry_at else SyncRun.Outcome.FAILED
        _finish(run, session, before, outcome, error=error)
        if not isinstance(error, NotFound) or piece.of_connection:
            raise
        connector.not_found(piece, container, session)
        hints.clear(piece.hints)
    except Exception as error:
        # Whatever it was, the row must say so: it is tried again, and parked after too many attempts.
        run.reason = f"Plumbline stumbled: {type(error).__name__}. The log tells more."
        _finish(run, session, before, SyncRun.Outcome.FAILED)
        until = timezone.now() + _delay(piece.first.attempts)
        hints.postpone(piece.hints, until=until, error=run.reason)
        raise
    else:
        run.stored, run.reason = done.stored, " ".join(done.notes)
        _finish(run, session, before, SyncRun.Outcome.SUCCEEDED)
        if done.more:
            for hint in piece.hints:
                hints.go_on(hint)
        else:
            hints.clear(piece.hints)
        # What asked nothing, as a look at no project at all, says nothing of the source.
        if run.requests and piece.connection.state != Connection.State.WORKING:
            record_state(connection=piece.connection, state=Connection.State.WORKING)


@transaction.atomic
def _finish(
    run: SyncRun,
    session: Session,
    before: tuple[int, int],
    outcome: str,
    *,
    error: SourceError | None = None,
) -> None:
    if error is not None:
        run.reason, run.action, run.retry_at = error.reason, error.action, error.retry_at
    run.requests = session.usage.requests - before[0]
    run.points = session.usage.points - before[1]
    run.outcome, run.finished_at = outcome, timezone.now()
    run.save()
    told = {name: getattr(run, name) for name in ("kind", "outcome", "stored", "requests")}
    record(name="collected", subject=run, detail=told | {"connection": run.connection_id})


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
