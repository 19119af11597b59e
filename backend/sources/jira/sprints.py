"""Boards and sprints. A sprint that stands on several boards is told by the one that it was made on.

What is closed is read again once a night alone: a board has hundreds of closed sprints, and a few that are not.
"""

from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256

from django.utils import timezone

from backend.connections.models import Connection
from backend.delivery.issue_records import BoardRecord, SprintRecord
from backend.delivery.models import Board, Sprint
from backend.delivery.store.projects import store_boards, store_sprints
from backend.sources import ledger
from backend.sources.collected import Collected
from backend.sources.errors import Forbidden, NotFound
from backend.sources.jira.client import Jira
from backend.sources.jira.refusals import NoInterface
from backend.sources.models import Cursor, Hint


def collect_sprints(connection: Connection, jira: Jira, *, full: bool = False) -> Collected:
    """Those that are not closed, and all of boards that are new or on which one was closed. `full`: all of them.

    Where Jira has no boards, or shows none, that is told and no error.
    """
    cursor = ledger.cursor_of_connection(connection, Hint.Kind.SPRINTS)
    known: set[int] = set()
    if cursor.complete_to is not None and not full:
        known.update(
            Board.objects.filter(connection=connection).values_list("external_id", flat=True)
        )
    began = timezone.now()
    try:
        boards = list(jira.boards())
        having = [board for board in boards if board.kind != "kanban"]
        sprints = _read(jira, (one for one in having if one.external_id not in known))
        still = [one for one in having if one.external_id in known]
        sprints |= _read(jira, still, closed=False)
        missing = _missing(connection, sprints)
        if _mark(missing) != cursor.mark:
            where = set(missing.values())
            again = [one for one in still if where & {one.external_id, None}]
            sprints |= _read(jira, again)
            missing = _missing(connection, sprints)
    except (Forbidden, NotFound, NoInterface) as error:
        return Collected(notes=[f"No sprints: {error.reason} {error.action}"])
    store_boards(connection=connection, boards=boards)
    changed = store_sprints(connection=connection, sprints=sprints.values())
    complete_to = cursor.complete_to if known else began
    Cursor.objects.filter(pk=cursor.pk).update(mark=_mark(missing), complete_to=complete_to)
    return Collected(stored=changed)


def _read(
    jira: Jira, boards: Iterable[BoardRecord], *, closed: bool = True
) -> dict[int, SprintRecord]:
    return {
        sprint.external_id: sprint
        for board in boards
        for sprint in jira.sprints(board, closed=closed)
    }


def _missing(connection: Connection, told: Collection[int]) -> Mapping[int, int | None]:
    """Sprints that were not closed and are told no more, with their boards: closed since, or deleted."""
    known = Sprint.objects.filter(connection=connection).exclude(state=Sprint.State.CLOSED)
    return dict(
        known.exclude(external_id__in=told).values_list("external_id", "board__external_id")
    )


def _mark(missing: Collection[int]) -> str:
    """Of those that were looked for in vain, so that they are not looked for again and again."""
    return sha256(",".join(map(str, sorted(missing))).encode()).hexdigest() if missing else ""
