"""Rows that name a repository, a project or a host without a key to it: rules by an exact name, and caches."""

from collections.abc import Mapping
from typing import Final

from django.db import connection as database

from backend.governance.erasing.steps import Step

_OF: Final = {
    "repository": "SELECT %(id)s AS id",
    "connection": "SELECT id FROM delivery_repository WHERE connection_id = %(id)s",
}
_NAMES: Final = (
    "SELECT lower(name_with_owner) FROM delivery_repository WHERE id IN ({of})"
    " EXCEPT SELECT lower(name_with_owner) FROM delivery_repository WHERE id NOT IN ({of})"
)
_RULES: Final = {
    "delivery_deploymentrule": "lower(repositories) IN ({names})",
    "delivery_hotfixrule": "lower(repositories) IN ({names})",
    "delivery_artifactrule": "lower(repositories) IN ({names})",
}
_OF_REPOSITORY: Final = _RULES | {
    "connections_repositoryrule": "test = 'name' AND lower(pattern) IN ({names}) AND connection_id ="
    " (SELECT connection_id FROM delivery_repository WHERE id = %(id)s)",
    "sources_validator": "EXISTS (SELECT FROM delivery_repository one WHERE one.id = %(id)s"
    " AND one.connection_id = sources_validator.connection_id AND ("
    "starts_with(path, '/repos/' || one.name_with_owner || '/')"
    " OR starts_with(path || '/', '/repositories/' || one.external_id || '/')))",
}
_OF_CONNECTION: Final = _RULES | {
    "delivery_incidentrule": "lower(projects) IN ("
    "SELECT lower(key) FROM delivery_project WHERE connection_id = %(id)s"
    " EXCEPT SELECT lower(key) FROM delivery_project WHERE connection_id <> %(id)s)",
    "sources_serverschema": "host IN (SELECT unnest(ARRAY[url, replace(url, '://', '://api.')])"
    " FROM connections_connection one WHERE id = %(id)s AND NOT EXISTS ("
    "SELECT FROM connections_connection other WHERE other.id <> one.id AND other.url = one.url))",
}


def _conditions(kind: str) -> Mapping[str, str]:
    names = _NAMES.format(of=_OF[kind])
    told = _OF_REPOSITORY if kind == "repository" else _OF_CONNECTION
    return {table: condition.replace("{names}", names) for table, condition in told.items()}


def tables(kind: str) -> set[str]:
    return set(_conditions(kind))


def steps(kind: str, subject_id: int) -> list[Step]:
    """Before the names go that they are found by."""
    return [Step(table, _Named(table, condition, subject_id)) for table, condition in
            _conditions(kind).items()]  # fmt: skip


def count(kind: str, subject_id: int) -> dict[str, int]:
    return {
        table: found
        for table, condition in _conditions(kind).items()
        if (found := _run(f"SELECT count(*) FROM {table} WHERE {condition}", subject_id))  # noqa: S608 - above
    }


class _Named:
    def __init__(self, table: str, condition: str, subject_id: int) -> None:
        self.sql = (
            f"WITH gone AS (DELETE FROM {table} WHERE id IN (SELECT id FROM {table}"  # noqa: S608 - above
            f" WHERE {condition} LIMIT %(limit)s) RETURNING 1) SELECT count(*) FROM gone"
        )
        self.subject_id = subject_id

    def __call__(self, limit: int) -> int:
        return _run(self.sql, self.subject_id, limit=limit)


def _run(sql: str, subject_id: int, **values: int) -> int:
    with database.cursor() as cursor:
        cursor.execute(sql, {"id": subject_id, **values})
        (found,) = cursor.fetchone()
    return int(found)
