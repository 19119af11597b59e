"""One piece of work from the inbox, from claim to outcome. Celery's tasks and `manage.py sync --wait` share it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog
from django.utils import timezone

from backend.connections.models import Connection, Credential
from backend.connections.store import open_credential, record_state
from backend.delivery.models import Repository
from backend.delivery.store import mark_unreachable
from backend.keyring import KeyUnavailable, SealBroken
from backend.sources import hints
from backend.sources.git import NoBranch, collect_commits
from backend.sources.github import check, collect
from backend.sources.github.client import GitHub
from backend.sources.http import CredentialRefused, NotFound, SourceError
from backend.sources.models import Cursor, Hint, SyncRun

log = structlog.get_logger(__name__)

FIRST_DELAY: Final = timedelta(seconds=30)
LONGEST_DELAY: Final = timedelta(hours=1)
_ORDER: Final = (
    Hint.Kind.CONNECTION,
    Hint.Kind.REPOSITORY,  # its new name is what the others ask by
    Hint.Kind.PULL_REQUESTS,
    Hint.Kind.RECONCILE,
    Hint.Kind.PULL_REQUEST,
    Hint.Kind.COMMITS,
)

OnPage = Callable[[Repository | None, int], None]


def work(*, connection: Connection | None = None, on_page: OnPage = lambda _, __: None) -> bool:
    """Claim what is due about one repository and do it; False where nothing is due.

    Without a connection, any that is not paused. Errors of the source end in a SyncRun and a later try; others are
    kept with the row and raised. Whatever fails is put off alone: its neighbours go back as they were.
    """
    queue = sorted(
        hints.claim(connection=connection), key=lambda hint: _ORDER.index(Hint.Kind(hint.kind))
    )
    if not queue:
        return False
    source = queue[0].connection
    with hints.held(queue):
        try:
            with open_source(source) as github:
                while queue:
                    _perform(queue[0], github, on_page)
                    queue.pop(0)
        except SourceError as error:
            hints.give_back(queue[1:])
            _note_trouble(source, error)
            _put_off(source, queue[0], error)
        except Exception:
            hints.give_back(queue[1:])
            raise
    return True


def check_connection(connection: Connection) -> None:
    """Try the connection, note how it fares, and begin to collect where it works."""
    try:
        with open_source(connection) as github:
            found = check.check(github)
    except SourceError as error:
        _note_trouble(connection, error)
        return
    state = Connection.State.FAILING if found.missing else Connection.State.WORKING
    record_state(
        connection=connection,
        state=state,
        reason=found.reason,
        action=found.action,
        version=found.version,
    )
    if not found.missing:
        hints.arm(connection=connection, kind=Hint.Kind.CONNECTION)


def open_source(connection: Connection) -> GitHub:
    """A session under the connection's credential. Raises SourceError that says what to do."""
    try:
        token = open_credential(connection)
    except Credential.DoesNotExist as error:
        raise CredentialRefused(
            f"{connection} has no token.", "Enter one.", permanent=True
        ) from error
    except (KeyUnavailable, SealBroken) as error:
        raise SourceError(
            f"The token of {connection} cannot be opened: {error}",
            "Enter the token anew; where this is not the worker, run it there.",
            permanent=True,
        ) from error
    return GitHub(url=connection.url, token=token, ca_certificate=connection.ca_certificate)


def _perform(hint: Hint, github: GitHub, on_page: OnPage) -> None:
    """Do what one hint asks for, and write down how it ended."""
    repository = (
        Repository.objects.select_related("connection")
        .filter(connection=hint.connection, external_id=hint.repository_external_id or 0)
        .first()
    )
    run = SyncRun.objects.create(
        connection=hint.connection, repository=repository, kind=hint.kind, started_at=timezone.now()
    )
    before = (github.usage.requests, github.usage.points)
    try:
        done = _collect(hint, repository, github, on_page)
    except SourceError as error:
        outcome = SyncRun.Outcome.WAITING if error.retry_at else SyncRun.Outcome.FAILED
        _finish(run, github, before, outcome, error=error)
        if not isinstance(error, NotFound) or hint.repository_external_id is None:
            raise
        _not_found(hint, repository, github)
    except Exception as error:
        # Whatever it was, the row must say so: it is tried again, and parked after too many attempts.
        run.reason = f"Plumbline stumbled: {type(error).__name__}. The log tells more."
        _finish(run, github, before, SyncRun.Outcome.FAILED)
        hints.postpone([hint], until=timezone.now() + _delay(hint.attempts), error=run.reason)
        raise
    else:
        run.stored, run.reason = done.stored, " ".join(done.notes)
        _finish(run, github, before, SyncRun.Outcome.SUCCEEDED)
        if done.more:
            hints.go_on(hint)
        else:
            hints.clear([hint])
        if hint.connection.state != Connection.State.WORKING:
            record_state(connection=hint.connection, state=Connection.State.WORKING)


def _collect(
    hint: Hint, repository: Repository | None, github: GitHub, on_page: OnPage
) -> collect.Collected:
    kind = Hint.Kind(hint.kind)
    if kind is Hint.Kind.CONNECTION:
        done = collect.collect_connection(hint.connection, github)
        _follow(hint.connection)
        return done
    external_id = hint.repository_external_id or 0
    if repository is None or kind is Hint.Kind.REPOSITORY:
        done = collect.collect_repository(hint.connection, github, external_id)
        _follow(hint.connection, external_id)
        return done
    if kind is Hint.Kind.PULL_REQUEST:
        return collect.collect_pull_request(repository, github, int(hint.key))
    if kind is Hint.Kind.COMMITS:
        return _commits(repository)
    return collect.collect_pull_requests(
        repository,
        github,
        reconcile=kind is Hint.Kind.RECONCILE,
        on_page=lambda read: on_page(repository, read),
    )


def _commits(repository: Repository) -> collect.Collected:
    """Change sizes of the default branch, unless there is none or cloning is forbidden."""
    connection = repository.connection
    if not connection.cloning_allowed:
        return collect.Collected(notes=["Cloning is not allowed: no change sizes per commit."])
    if not repository.default_branch:
        return collect.Collected(notes=["The repository has no commit yet."])
    pushed_at = repository.pushed_at
    cursor, _ = Cursor.objects.get_or_create(
        repository=repository, kind=Hint.Kind.COMMITS, defaults={"connection": connection}
    )
    try:
        cursor.head_sha, new = collect_commits(
            repository=repository,
            url=f"{connection.url}/{repository.name_with_owner}.git",
            token=open_credential(connection),
            ca_certificate=connection.ca_certificate,
            default_branch=repository.default_branch,
            known_head=cursor.head_sha,
        )
    except NoBranch as error:  # as where nothing was pushed yet: asked again with the next look
        return collect.Collected(notes=[error.reason])
    cursor.complete_to = pushed_at
    cursor.save()
    return collect.Collected(stored=new)


def _follow(connection: Connection, external_id: int | None = None) -> None:
    """Ask for what stands below a repository: pull requests always, commits where something was pushed."""
    repositories = connection.repositories.filter(state=Repository.State.ACTIVE)
    if external_id is not None:
        repositories = repositories.filter(external_id=external_id)
    covered = dict(
        Cursor.objects.filter(connection=connection, kind=Hint.Kind.COMMITS).values_list(
            "repository_id", "complete_to"
        )
    )
    for repository in repositories.order_by("-pushed_at"):
        kinds = [Hint.Kind.PULL_REQUESTS]
        if repository.pk not in covered or covered[repository.pk] != repository.pushed_at:
            kinds.append(Hint.Kind.COMMITS)
        for kind in kinds:
            hints.arm(
                connection=connection,
                kind=kind,
                repository_external_id=repository.external_id,
            )


def _not_found(hint: Hint, repository: Repository | None, github: GitHub) -> None:
    """Nothing is deleted because of a 404. With a signed word that it was deleted it is gone, else out of reach.

    Where a part of it was asked for, the repository itself may well be there.
    """
    if repository is not None and hint.kind == Hint.Kind.REPOSITORY:
        mark_unreachable(repository=repository, gone=hint.action == "deleted")
    elif repository is not None:
        try:
            github.repository(repository.external_id)
        except NotFound:
            mark_unreachable(repository=repository, gone=False)
    hints.clear([hint])


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


def _note_trouble(connection: Connection, error: SourceError) -> None:
    """A refused credential pauses the connection; a mere wait is no trouble."""
    if error.retry_at is not None:
        return
    paused = isinstance(error, CredentialRefused)
    record_state(
        connection=connection,
        state=Connection.State.PAUSED if paused else Connection.State.FAILING,
        reason=error.reason,
        action=error.action,
    )
    log.warning("source_trouble", connection=connection.slug, reason=error.reason)


def _put_off(connection: Connection, hint: Hint, error: SourceError) -> None:
    """When to try again: when the source says, else later and later. A wait holds for all of the connection."""
    hints.postpone(
        [hint],
        until=error.retry_at or timezone.now() + _delay(hint.attempts),
        error=error.reason,
        attempt_counts=error.retry_at is None and not isinstance(error, CredentialRefused),
    )
    if error.retry_at is not None:
        Hint.objects.filter(connection=connection, due_at__lt=error.retry_at).update(
            due_at=error.retry_at
        )


def _delay(attempts: int) -> timedelta:
    return min(FIRST_DELAY * (1 << max(attempts - 1, 0)), LONGEST_DELAY)
