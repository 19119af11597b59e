"""Single issues and pull requests with what they were sorted into: for the table and the export. No aggregates."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from backend.delivery.investment_rules import UNCATEGORISED
from backend.delivery.store.investment import categories
from backend.metrics.investment import results
from backend.metrics.investment.asked import given, issues_done, pull_requests_merged
from backend.metrics.scope import Scope
from backend.people.names import Names

CHUNK: Final = 2000
_FINISHED: Final = """
    WITH finished AS (
        SELECT kind, id, CASE WHEN category = ANY(%(codes)s) THEN category ELSE %(uncategorised)s END AS category,
            because, inherited_from_id, identity_id, finished_at
        FROM ({items}) item
        WHERE %(kind)s IN ('', kind)
    )
"""
_COUNT: Final = "SELECT count(*) FROM finished WHERE %(category)s IN ('', category)"
_PAGE: Final = """
    SELECT finished.kind, finished.id,
        COALESCE(issue.key, repository.name_with_owner || '#' || pull.number) AS name,
        COALESCE(issue.summary, pull.title) AS title,
        CASE WHEN issue.id IS NULL
            THEN code.url || '/' || repository.name_with_owner || '/pull/' || pull.number
            ELSE COALESCE(NULLIF(jira.site_url, ''), tracker.url) || '/browse/' || issue.key END AS url,
        finished.category, finished.because,
        CASE WHEN %(seen)s::bigint[] IS NULL OR finished.kind = 'pull_request' OR EXISTS (
            SELECT FROM metrics_issueteam team WHERE team.fact_id = above.id AND team.team_id = ANY(%(seen)s)
        ) THEN above.key END AS inherited_from, who.login AS person, who.id AS identity_id,
        who.person_id, who.is_bot,
        finished.finished_at
    FROM finished
    LEFT JOIN delivery_issue issue ON finished.kind = 'issue' AND issue.id = finished.id
    LEFT JOIN connections_connection tracker ON tracker.id = issue.connection_id
    LEFT JOIN connections_jirasettings jira ON jira.connection_id = issue.connection_id
    LEFT JOIN delivery_pullrequest pull ON finished.kind = 'pull_request' AND pull.id = finished.id
    LEFT JOIN delivery_repository repository ON repository.id = pull.repository_id
    LEFT JOIN connections_connection code ON code.id = repository.connection_id
    LEFT JOIN delivery_issue above ON above.id = finished.inherited_from_id
    LEFT JOIN people_identity who ON who.id = finished.identity_id
    WHERE %(category)s IN ('', finished.category)
    ORDER BY finished.finished_at DESC, finished.kind, finished.id DESC
    LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True)
class Table:
    """`kind` is issue or pull_request, `category` a code; empty: all. `seen`: teams of the caller's; None: all.

    What stands above an issue may be another team's: its key is told to those who see it.
    """

    kind: str = ""
    category: str = ""
    seen: tuple[int, ...] | None = None


def page(scope: Scope, table: Table, *, page: int, page_size: int) -> results.InvestmentItems:
    """One page of the table, the latest first. Two statements."""
    return results.InvestmentItems(
        items=_items(scope, table, limit=page_size, offset=(page - 1) * page_size),
        total=count(scope, table),
        page=page,
        page_size=page_size,
    )


def count(scope: Scope, table: Table) -> int:
    """How many rows the whole table has."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(_COUNT, scope), _values(scope, table))
        (number,) = cursor.fetchone()
    return int(number)


def everything(scope: Scope, table: Table, *, rows: int) -> Iterator[results.InvestmentItem]:
    """The first `rows` of the table, a part at a time."""
    for begin in range(0, rows, CHUNK):
        yield from _items(scope, table, limit=min(CHUNK, rows - begin), offset=begin)


def _items(scope: Scope, table: Table, *, limit: int, offset: int) -> list[results.InvestmentItem]:
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(_PAGE, scope),
            _values(scope, table) | {"limit": limit, "offset": offset},
        )
        names = [column.name for column in cursor.description or ()]
        return [_item(dict(zip(names, row, strict=True)), scope.names) for row in cursor.fetchall()]


def _item(row: dict[str, Any], names: Names) -> results.InvestmentItem:
    identity, person, is_bot = row.pop("identity_id"), row.pop("person_id"), row.pop("is_bot")
    row["person"] = names.of(row["person"], identity=identity, person=person, is_bot=is_bot)
    return results.InvestmentItem(**row)


def _statement(statement: str, scope: Scope) -> str:
    items = f"{issues_done(scope)} UNION ALL {pull_requests_merged(scope)}"
    return _FINISHED.format(items=items) + statement


def _values(scope: Scope, table: Table) -> dict[str, Any]:
    return given(scope) | {
        "codes": [one.code for one in categories()],
        "uncategorised": UNCATEGORISED,
        "kind": table.kind,
        "category": table.category,
        "seen": None if table.seen is None else list(table.seen),
    }
