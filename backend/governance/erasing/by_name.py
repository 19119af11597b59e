"""Rows that name a repository, a project or a host without a key to it: rules by an exact name, and caches."""

from collections.abc import Mapping
from typing import Final

from backend.governance.erasing.steps import Step, counted, statement

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


def steps(kind: str, subject_id: int) -> list[Step]:
    """Before the names go that they are found by."""
    return [
        statement(
            table,
            f"DELETE FROM {table} WHERE id IN ({rows} LIMIT %(limit)s)",  # noqa: S608 - models' own names
            {"id": subject_id},
        )
        for table, rows in _selects(kind).items()
    ]


def count(kind: str, subject_id: int) -> dict[str, int]:
    return counted(_selects(kind), {"id": subject_id})


def _selects(kind: str) -> Mapping[str, str]:
    """By table, the keys of these rows."""
    names = _NAMES.format(of=_OF[kind])
    told = _OF_REPOSITORY if kind == "repository" else _OF_CONNECTION
    return {
        table: f"SELECT id FROM {table} WHERE {condition.replace('{names}', names)}"  # noqa: S608 - models' own names
        for table, condition in told.items()
    }
