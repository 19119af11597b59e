"""A PATCH of a group, taken apart: what it does to its members is done in SQL, so that none has to be loaded. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from scim2_models import (
    InvalidValueException,
    MutabilityException,
    PatchOp,
    PatchOperation,
    Path,
    ScimFilter,
)

from backend.api.scim.mapping import member_ids
from backend.api.scim.resources import Group, Member


@dataclass(frozen=True)
class Add:
    members: tuple[UUID, ...]


@dataclass(frozen=True)
class Remove:
    members: tuple[UUID, ...]


@dataclass(frozen=True)
class RemoveWhere:
    """Members that the filter of a path chooses."""

    chosen: ScimFilter[Any]


@dataclass(frozen=True)
class Replace:
    """By these alone, so by none to remove all."""

    members: tuple[UUID, ...]


Change = Add | Remove | RemoveWhere | Replace


def member_changes(operations: Iterable[PatchOperation[Group]]) -> Iterator[Change]:
    """In their order. Raises SCIMException."""
    for operation in operations:
        for path, value in _targets(operation):
            if _is_of_members(path):
                yield _change(operation.op, path, value)


def without_members(operations: Iterable[PatchOperation[Group]]) -> PatchOp[Group] | None:
    """What the operations do besides. Raises SCIMException."""
    rest = []
    for operation in operations:
        kept = {path: value for path, value in _targets(operation) if not _is_of_members(path)}
        if kept:
            changed = {} if operation.path is not None else {"value": kept}
            rest.append(operation.model_copy(update=changed))
    return PatchOp[Group](operations=rest) if rest else None


def _targets(operation: PatchOperation[Group]) -> list[tuple[Path[Group], Any]]:
    """Paths and their values; where the operation has no path, the keys of its value are some."""
    if operation.path is not None:
        return [(operation.path, operation.value)]
    if not isinstance(operation.value, dict):
        raise InvalidValueException(detail="Without a path, the value is an object.")
    return [(Path[Group](key), value) for key, value in operation.value.items()]


def _is_of_members(path: Path[Group]) -> bool:
    binding = path.resolve()
    return binding is not None and binding.model is Group and binding.field_name == "members"


def _change(op: PatchOperation.Op, path: Path[Group], value: object) -> Change:
    binding = path.resolve()
    if binding is not None and binding.sub_field_name:
        raise MutabilityException(detail="A member is added or removed, and never changed.")
    chosen = path.value_filter is not None
    if op == PatchOperation.Op.remove:
        if chosen:
            return RemoveWhere(ScimFilter[Group](str(path)))
        return Replace(()) if value is None else Remove(_ids(value))
    if chosen:
        raise MutabilityException(detail="A member is added or removed, and never changed.")
    if op == PatchOperation.Op.add:
        return Add(_ids(value))
    return Replace(_ids(value or []))


def _ids(value: object) -> tuple[UUID, ...]:
    told = value if isinstance(value, list) else [value]
    if not all(isinstance(one, dict) for one in told):
        raise InvalidValueException(detail="A member is an object with the value of its id.")
    return tuple(member_ids(Member.model_validate(one) for one in told))
