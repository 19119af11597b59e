"""Boards and sprints. A sprint that stands on several boards is told by the one that it was made on."""

from backend.connections.models import Connection
from backend.delivery.store.projects import store_boards, store_sprints
from backend.sources.collected import Collected
from backend.sources.errors import Forbidden, NotFound
from backend.sources.jira.client import Jira
from backend.sources.jira.refusals import NoInterface


def collect_sprints(connection: Connection, jira: Jira) -> Collected:
    """All of them. Where Jira has no boards, or shows none, that is told and no error."""
    try:
        boards = list(jira.boards())
        sprints = {
            sprint.external_id: sprint
            for board in boards
            if board.kind != "kanban"
            for sprint in jira.sprints(board)
        }
    except (Forbidden, NotFound, NoInterface) as error:
        return Collected(notes=[f"No sprints: {error.reason} {error.action}"])
    store_boards(connection=connection, boards=boards)
    changed = store_sprints(connection=connection, sprints=sprints.values())
    return Collected(stored=changed)
