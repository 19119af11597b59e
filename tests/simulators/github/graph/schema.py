"""GitHub's schema, read once a process, with what the simulator knows bound to its fields."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
    parse,
)

from .executor import type_name
from .fields import ARGUMENT_FIELDS, PLAIN_FIELDS

SDL = Path(__file__).parents[2] / "node_modules" / "@octokit" / "graphql-schema" / "schema.graphql"

_OLD_UNIONS = {
    "RequestedReviewer": {"Bot"},
    "PullRequestTimelineItems": {"AddedToMergeQueueEvent", "RemovedFromMergeQueueEvent"},
}
_OLD_ENUMS = {"ADDED_TO_MERGE_QUEUE_EVENT", "REMOVED_FROM_MERGE_QUEUE_EVENT"}
"""What old servers do not have: bots among reviewers, the merge queue."""


class SchemaMissingError(FileNotFoundError):
    """GitHub's schema is not installed."""


@lru_cache(maxsize=4)
def load_schema(*, reduced: bool, rate_limited: bool) -> GraphQLSchema:
    """The schema; ``reduced`` as an old server has it, and without ``rateLimit`` where no limits are set."""
    if not SDL.exists():
        raise SchemaMissingError(
            f"{SDL} is missing; run: npm --prefix tests/simulators ci --ignore-scripts"
        )
    document = parse(SDL.read_text(), no_location=True)
    schema = build_ast_schema(
        _edited(document, reduced=reduced, rate_limited=rate_limited), True, True
    )
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            kind.resolve_type = type_name
        elif isinstance(kind, GraphQLObjectType):
            _bind(kind)
    return schema


def _edited(document: DocumentNode, *, reduced: bool, rate_limited: bool) -> DocumentNode:
    """Take away the fields that this server does not have."""
    missing = {"fullDatabaseId"} if reduced else set()
    definitions: list[DefinitionNode] = []
    for part in document.definitions:
        if isinstance(part, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            gone = missing | (
                {"rateLimit"} if part.name.value == "Query" and not rate_limited else set()
            )
            if reduced and part.name.value == "DeploymentStatus":
                gone = gone | {"environment"}
            kept = tuple(one for one in part.fields or () if one.name.value not in gone)
            definitions.append(replace(part, fields=kept))
        elif isinstance(part, UnionTypeDefinitionNode) and reduced:
            gone = _OLD_UNIONS.get(part.name.value, set())
            types = tuple(kind for kind in part.types or () if kind.name.value not in gone)
            definitions.append(replace(part, types=types))
        elif isinstance(part, EnumTypeDefinitionNode) and reduced:
            values = tuple(one for one in part.values or () if one.name.value not in _OLD_ENUMS)
            definitions.append(replace(part, values=values))
        else:
            definitions.append(part)
    return DocumentNode(definitions=tuple(definitions))


def _bind(kind: GraphQLObjectType) -> None:
    """Give each field its reader; what the simulator does not model answers with an error and never with a guess."""
    if kind.name.startswith("__"):
        return
    plain = dict(PLAIN_FIELDS.get(kind.name, {}))
    with_arguments = ARGUMENT_FIELDS.get(kind.name, {})
    if kind.name.endswith("Connection"):
        plain = PLAIN_FIELDS["*Connection"] | plain
    elif kind.name.endswith("Edge"):
        plain = PLAIN_FIELDS["*Edge"] | plain
    for name, field in kind.fields.items():
        if name in with_arguments:
            field.resolve = _called(with_arguments[name])
        elif name in plain:
            field.resolve = _read(plain[name])
            field.extensions["getter"] = plain[name]
        else:
            field.resolve = _unknown


def _called(function: Any) -> Any:
    return lambda source, info, **arguments: function(source, info.context, arguments)


def _read(getter: Any) -> Any:
    return lambda source, _info, **_arguments: getter(source)


def _unknown(_source: Any, info: GraphQLResolveInfo[Any], **_arguments: Any) -> Any:
    raise GraphQLError(f"The simulator does not model {info.parent_type.name}.{info.field_name}.")


__all__ = ["SchemaMissingError", "load_schema"]
