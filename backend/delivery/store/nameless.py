"""What sources tell again of erased people, in rows that are about something else, is left out before it is stored."""

from collections.abc import Iterable, Sequence

from backend.connections.models import Connection
from backend.delivery.models import Repository
from backend.delivery.store.tables import Row
from backend.people.store import erased
from backend.tombstones import journal


def without_logins(repository: Repository, rows: Sequence[Row], *columns: str) -> list[Row]:
    """In names of branches. A default branch is nobody's."""
    if journal.is_empty():
        return list(rows)
    told = {str(row[column]) for row in rows for column in columns} - {repository.default_branch}
    return _changed(rows, columns, erased.references(repository.connection, told))


def without_mentions(connection: Connection, rows: Sequence[Row], *columns: str) -> list[Row]:
    """In titles and summaries: @login and addresses."""
    told = {str(row[column]) for row in rows for column in columns}
    return _changed(rows, columns, erased.texts(connection, told))


def without_account_ids(connection: Connection, rows: Sequence[Row], *columns: str) -> list[Row]:
    """In histories of issues; what stands for somebody is what their identity is found by."""
    told = {str(row[column]) for row in rows if row["kind"] == "assignee" for column in columns}
    known = erased.pseudonyms(connection, told)
    return [
        _changed([row], columns, known)[0] if row["kind"] == "assignee" else row for row in rows
    ]


def without_login(repository: Repository, branch: str) -> str:
    return str(without_logins(repository, [{"branch": branch}], "branch")[0]["branch"])


def without_owners(repository: Repository, owners: Iterable[str]) -> dict[str, str]:
    """Of owners of files, @login or @organisation/team, those that are erased people, and what stands for them."""
    if journal.is_empty():
        return {}
    return erased.texts(repository.connection, (one for one in owners if "/" not in one))


def _changed(rows: Sequence[Row], columns: Sequence[str], instead: dict[str, str]) -> list[Row]:
    if not instead:
        return list(rows)
    return [row | {name: instead.get(row[name], row[name]) for name in columns} for row in rows]
