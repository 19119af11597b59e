"""What a query may ask for and what it costs, by GitHub's published formula, from the query alone.

Nodes: each connection's ``first`` or ``last`` times those of the connections around it, added up, at most 500,000.
Points: the requests needed to fulfil each unique connection (the product of the sizes around it), added up, divided by
100 and rounded, at least 1.
"""

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

NODE_LIMIT = 500_000


@dataclass
class Complexity:
    nodes: int = 0
    requests: int = 0
    too_many: str | None = None
    """The connection at which the node limit was passed."""
    paths: set[str] = field(default_factory=set)
    """Dotted names of the connections asked for, without aliases and indices."""

    @property
    def points(self) -> int:
        return max(1, round(self.requests / 100))


def complexity(
    document: DocumentNode, operation: OperationDefinitionNode, variables: dict[str, Any]
) -> Complexity:
    """Measure one operation; variables that are left out count with their defaults."""
    fragments = {
        part.name.value: part
        for part in document.definitions
        if isinstance(part, FragmentDefinitionNode)
    }
    defaults = {
        definition.variable.name.value: int(definition.default_value.value)
        for definition in operation.variable_definitions or ()
        if isinstance(definition.default_value, IntValueNode)
    }
    found = Complexity()
    _walk(operation.selection_set, 1, "", found, fragments, defaults | variables)
    return found


def _walk(
    selections: SelectionSetNode | None,
    around: int,
    path: str,
    found: Complexity,
    fragments: dict[str, FragmentDefinitionNode],
    variables: dict[str, Any],
) -> None:
    for selection in selections.selections if selections else ():
        if isinstance(selection, FragmentSpreadNode):
            _walk(
                fragments[selection.name.value].selection_set,
                around,
                path,
                found,
                fragments,
                variables,
            )
        elif isinstance(selection, InlineFragmentNode):
            _walk(selection.selection_set, around, path, found, fragments, variables)
        elif isinstance(selection, FieldNode):
            name = selection.name.value
            own = (
                path
                if name in {"nodes", "edges", "node"} and path
                else f"{path}.{name}".lstrip(".")
            )
            size = _size(selection, variables)
            if size is not None:
                found.requests += around
                found.nodes += around * size
                if found.nodes > NODE_LIMIT and found.too_many is None:
                    found.too_many = name
            if selection.selection_set:
                found.paths.add(own)
            inner = around if size is None else around * size
            _walk(selection.selection_set, inner, own, found, fragments, variables)


def _size(node: FieldNode, variables: dict[str, Any]) -> int | None:
    for argument in node.arguments or ():
        if argument.name.value in {"first", "last"}:
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                value = variables.get(argument.value.name.value)
                if isinstance(value, int):
                    return value
    return None
