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
from scim2_models.path import AttributeBinding

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
        if operation.path is None:
            for key, value in (operation.value or {}).items():
                if _is_members(Path[Group](str(key)).resolve()):
                    yield _change(operation.op, None, value)
            continue
        binding = operation.path.resolve()
        if not _is_members(binding):
            continue
        if binding and binding.sub_field_name:
            raise MutabilityException(detail="A member is added or removed, and never changed.")
        yield _change(operation.op, operation.path, operation.value)


def without_members(operations: Iterable[PatchOperation[Group]]) -> PatchOp[Group] | None:
    """What the operations do besides."""
    rest = [kept for one in operations if (kept := _without_members(one))]
    return PatchOp[Group](operations=rest) if rest else None


def _without_members(operation: PatchOperation[Group]) -> PatchOperation[Group] | None:
    if operation.path is not None:
        return None if _is_members(operation.path.resolve()) else operation
    if not isinstance(operation.value, dict):
        raise InvalidValueException(detail="Without a path, the value is an object.")
    value = {
        key: one
        for key, one in operation.value.items()
        if not _is_members(Path[Group](key).resolve())
    }
    return operation.model_copy(update={"value": value}) if value else None


def _is_members(binding: AttributeBinding | None) -> bool:
    return binding is not None and binding.model is Group and binding.field_name == "members"


def _change(op: PatchOperation.Op, path: Path[Group] | None, value: object) -> Change:
    chosen = path is not None and path.value_filter is not None
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
