"""Change sizes of each commit of a default branch: by a clone where many are missing, by REST where few are.

By REST alone goes what may not be cloned, or needs more memory than the connection gives a clone; that takes a request
a commit, so it goes in slices, newest first, within the connection's budget.
"""

from typing import Final

from backend.delivery.models import Repository
from backend.delivery.store.commits import held_commits
from backend.delivery.store.graph import number_commits, store_named, unread_messages
from backend.sources import ledger
from backend.sources.collected import Collected
from backend.sources.errors import Forbidden
from backend.sources.git import NoBranch, TooLarge, collect_commits
from backend.sources.github import asking
from backend.sources.github.client import GitHub
from backend.sources.github.commit_blobs import Tip, tip_of
from backend.sources.github.commit_messages import MESSAGES_A_REQUEST, names
from backend.sources.github.commit_sizes import Slice, collect_by_rest, refresh_attributes
from backend.sources.models import Cursor, Hint

FEW: Final = 50
"""So many commits are asked for one by one rather than cloned."""
COMMITS_A_SLICE: Final = 100
MESSAGES_A_SLICE: Final = 1_000
BY_REST: Final = "rest"
"""The cursor's page while a fill goes by REST, since the clone was too large."""
_NONE: Final = "The repository has no commit yet."


def collect_change_sizes(repository: Repository, github: GitHub) -> Collected:
    """Store what the default branch has gained. Raises SourceError; what was stored before is right."""
    cursor = ledger.cursor_of(repository, Hint.Kind.COMMITS)
    try:
        done = _collect(repository, github, cursor)
    except Forbidden as error:
        return asking.note_unavailable(cursor, github, error)
    cursor.unavailable = ""
    ledger.save(cursor)
    return done


def _collect(repository: Repository, github: GitHub, cursor: Cursor) -> Collected:
    may_clone = repository.connection.cloning_allowed and cursor.page != BY_REST
    if may_clone and not cursor.head_sha:
        return _clone(repository, github, cursor)
    tip = tip_of(repository, github)
    if tip is None:
        return Collected(notes=[_NONE])
    if tip.sha == cursor.head_sha:
        return _fill_in(repository, github, cursor, tip, may_clone=may_clone)
    few = tip.total - held_commits(repository=repository) <= FEW
    if may_clone and not few:
        return _clone(repository, github, cursor)
    done = collect_by_rest(repository, github, tip, at_most=FEW if may_clone else COMMITS_A_SLICE)
    if may_clone and done.left:  # history was rewritten
        return _clone(repository, github, cursor)
    return _after_rest(repository, github, cursor, tip, done)


def _fill_in(
    repository: Repository, github: GitHub, cursor: Cursor, tip: Tip, *, may_clone: bool
) -> Collected:
    """Nothing is new. What was stored before messages were read and commits numbered gets both: each night, at least,
    somebody comes by.
    """
    unread = unread_messages(repository=repository, at_most=MESSAGES_A_SLICE)
    if may_clone and len(unread) > MESSAGES_A_REQUEST:
        return _clone(repository, github, cursor)
    _complete(repository, cursor, tip)
    if unread:
        store_named(repository=repository, named=names(repository, github, unread))
    number_commits(repository=repository)
    return Collected(more=len(unread) == MESSAGES_A_SLICE)


def _clone(repository: Repository, github: GitHub, cursor: Cursor) -> Collected:
    if not repository.default_branch:
        return Collected(notes=[_NONE])
    connection, pushed_at = repository.connection, repository.pushed_at
    try:
        with github.meter.git():
            done = collect_commits(
                repository=repository,
                url=f"{connection.url}/{repository.name_with_owner}.git",
                token=github.token(),
                ca_certificate=connection.ca_certificate,
                default_branch=repository.default_branch,
                known_head=cursor.head_sha,
                limit_megabytes=connection.clone_limit_megabytes,
            )
    except NoBranch as error:  # as where nothing was pushed yet: asked again with the next look
        return Collected(notes=[error.reason])
    except TooLarge as error:
        cursor.page = BY_REST
        return Collected(more=True, notes=[error.reason, error.action])
    cursor.head_sha, cursor.complete_to, cursor.page = done.tip, pushed_at, ""
    held = held_commits(repository=repository)
    ledger.count(cursor, expected=done.total, held=held, what="commits")
    return Collected(stored=done.new, notes=done.notes)


def _after_rest(
    repository: Repository, github: GitHub, cursor: Cursor, tip: Tip, done: Slice
) -> Collected:
    """Where all is there, the tip is remembered. What .gitattributes say is read where it may have changed."""
    notes = [f"{done.lost} commits are no longer there to be read."] if done.lost else []
    if done.touched or not (done.left or cursor.head_sha):
        notes += refresh_attributes(repository, github, tip)
    if done.left:
        held = held_commits(repository=repository)
        ledger.count(cursor, expected=tip.total, held=held, what="commits")
        notes.append(f"By REST, a request a commit: {held} of {tip.total} so far.")
        return Collected(stored=done.stored, more=True, notes=notes)
    _complete(repository, cursor, tip)
    return Collected(stored=done.stored, notes=notes)


def _complete(repository: Repository, cursor: Cursor, tip: Tip) -> None:
    cursor.head_sha, cursor.complete_to, cursor.page = tip.sha, repository.pushed_at, ""
    held = held_commits(repository=repository)
    ledger.count(cursor, expected=tip.total, held=held, what="commits")
