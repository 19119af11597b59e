"""An issue's history: which changes a figure rests on, in order, and what of it is missing or contradicts itself.

Data Center names a field of its own by its id and a custom one by its name, the Cloud by both.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final

from backend.delivery.issue_records import TransitionRecord
from backend.sources.jira import custom, payloads
from backend.sources.jira.accounts import actor
from backend.sources.jira.fields import FieldMap
from backend.sources.jira.ids import as_id, is_key
from backend.sources.shapes import UnexpectedShape, read

_OF_CUSTOM: Final[Mapping[str, str]] = {"epic link": "parent", "sprint": "sprint"}
"""By the names of fields that Jira's own apps bring along."""
_KINDS: Final[Mapping[str, str]] = {
    "status": "status",
    "assignee": "assignee",
    "key": "key",
    "project": "project",
    "issuetype": "issue_type",
    "parent": "parent",
    "parent issue": "parent",
    "issueparentassociation": "parent",
    **_OF_CUSTOM,
}
"""By the field's id or name, in small letters."""
_OF_ROLE: Final[Mapping[str, str]] = {
    "story_points": "estimate",
    "epic_link": "parent",
    "sprint": "sprint",
}


@dataclass(frozen=True, slots=True)
class History:
    """`told`: what an answer holds of it; `total`: how many changes there are, where the server says so."""

    told: Sequence[object] = ()
    total: int | None = None
    is_there: bool = True

    @property
    def is_whole(self) -> bool:
        return self.is_there and (self.total is None or self.total <= len(self.told))


NO_HISTORY: Final = History(is_there=False)


@dataclass
class Read:
    """Changes in order of time, and what is to be said about them."""

    transitions: list[TransitionRecord] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    def say(self, gap: str) -> None:
        if gap not in self.gaps:
            self.gaps.append(gap)


def transitions(history: History, fields: FieldMap, *, status: int, created_at: datetime) -> Read:
    """All changes that count, whatever state the history is in; `status` and `created_at` are the issue's own."""
    result = Read()
    if not history.is_there:
        result.say("The server tells nothing of its changes.")
        return result
    if not history.is_whole:
        missing = (history.total or 0) - len(history.told)
        result.say(f"{missing} of {history.total} changes are not told by the server.")
    entries = list(_entries(history.told, fields, result))
    ids = _ids_of_statuses(entries)
    found: dict[str, TransitionRecord] = {}
    for entry in entries:
        for one in _of_entry(entry, fields, ids, result):
            if found.setdefault(one.external_id, one) != one:
                result.say("Two different changes have the same id; the first is kept.")
    result.transitions = sorted(found.values(), key=_order)
    if any(one.occurred_at < created_at for one in result.transitions):
        result.say("A change is older than the issue.")
    _follow_statuses(result, status)
    return result


def wanted(fields: FieldMap) -> frozenset[str]:
    """Ids and names of the fields whose changes may enter, in small letters."""
    custom_ones = {
        text.casefold()
        for one in fields.mapped
        if one.taken_for in _OF_ROLE
        for text in (one.id, one.name)
    }
    return frozenset(_KINDS) | custom_ones


def epic(history: History, fields: FieldMap, key: str) -> int | None:
    """The id of an epic that the issue is below, where its history tells it beside the key."""
    for entry in _entries(history.told, fields, Read()):
        for _, item in entry.items:
            pairs = ((item.before_string, item.before), (item.after_string, item.after))
            for name, told in pairs:
                if name == key and _id(told) and _kind(item, fields) == "parent":
                    return int(_id(told))
    return None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A change, and those of its items that can be read, by their places."""

    head: payloads.Entry
    items: Sequence[tuple[int, payloads.Item]]


def _entries(told: Sequence[object], fields: FieldMap, result: Read) -> Iterator[_Entry]:
    context = {"items": wanted(fields)}
    broken = 0
    for one in told:
        try:
            head = read(payloads.Entry, one, context)
        except UnexpectedShape:
            broken += 1
            continue
        items = []
        for place, item in zip(head.places, head.items, strict=True):
            try:
                items.append((place, read(payloads.Item, item)))
            except UnexpectedShape:
                broken += 1
        yield _Entry(head, items)
    if broken:
        result.say(f"{broken} of its changes cannot be read.")


def _of_entry(
    entry: _Entry, fields: FieldMap, statuses: Mapping[str, int], result: Read
) -> Iterator[TransitionRecord]:
    head = entry.head
    who = actor(head.author)
    at = int(head.created.timestamp() * 1000)
    if not head.id:
        result.say("A change has no id.")
    for place, item in entry.items:
        kind = _kind(item, fields)
        if not kind:
            continue
        before, after, gap = _VALUES[kind](item, statuses)
        if gap:
            result.say(gap)
        is_status = kind == "status"
        yield TransitionRecord(
            external_id=f"{head.id[:60] or f'at{at}'}.{place}",
            kind=kind,
            occurred_at=head.created,
            actor=who,
            before=before,
            after=after,
            before_name=(item.before_string or "")[:300] if is_status else "",
            after_name=(item.after_string or "")[:300] if is_status else "",
        )


def _kind(item: payloads.Item, fields: FieldMap) -> str:
    """What was changed; empty: nothing of ours. Anybody may call a field of their own Status."""
    kinds = _OF_CUSTOM if item.fieldtype == "custom" else _KINDS
    for name in (item.field_id, item.field):
        kind = _OF_ROLE.get(fields.role(name), "") or kinds.get(name.casefold(), "")
        if name and kind:
            return kind
    return ""


_Values = tuple[str, str, str]


def _statuses(item: payloads.Item, known: Mapping[str, int]) -> _Values:
    before = _status(item.before, item.before_string, known)
    after = _status(item.after, item.after_string, known)
    gap = "" if before and after else "A change of status does not tell the status's id."
    return before, after, gap


def _status(told: str | None, name: str | None, known: Mapping[str, int]) -> str:
    if _id(told):
        return _id(told)
    found = known.get(name or "")
    return str(found) if found is not None else ""


def _accounts(item: payloads.Item, _: Mapping[str, int]) -> _Values:
    return (item.before or "")[:200], (item.after or "")[:200], ""


def _ids(item: payloads.Item, _: Mapping[str, int]) -> _Values:
    before, after = _id(item.before), _id(item.after)
    lost = (item.before_string and not before) or (item.after_string and not after)
    return before, after, "A change tells a name without an id." if lost else ""


def _id(told: str | None) -> str:
    return told if told and as_id(told) is not None else ""


def _lists(item: payloads.Item, _: Mapping[str, int]) -> _Values:
    before, after = _list(item.before), _list(item.after)
    lost = (item.before_string and not before) or (item.after_string and not after)
    return before, after, "A change of sprints does not tell their ids." if lost else ""


def _list(told: str | None) -> str:
    ids = [one.strip() for one in (told or "").split(",")]
    return ",".join(one for one in ids if _id(one))[:1000]


def _numbers(item: payloads.Item, _: Mapping[str, int]) -> _Values:
    before, lost_before = _amount(item.before_string or item.before)
    after, lost_after = _amount(item.after_string or item.after)
    gap = "A changed estimate is no number." if lost_before or lost_after else ""
    return before, after, gap


def _amount(told: str | None) -> tuple[str, bool]:
    if not told:
        return "", False
    found = custom.number(told)
    return ("", True) if found is None else (f"{found:g}", False)


def _keys(item: payloads.Item, _: Mapping[str, int]) -> _Values:
    before, after = (
        next((text for text in texts if text and is_key(text)), "")
        for texts in (
            (item.before_string, item.before),
            (item.after_string, item.after),
        )
    )
    return before, after, "" if before and after else "A change of the key does not tell both keys."


_VALUES: Final[Mapping[str, Callable[[payloads.Item, Mapping[str, int]], _Values]]] = {
    "status": _statuses,
    "assignee": _accounts,
    "sprint": _lists,
    "estimate": _numbers,
    "parent": _ids,
    "key": _keys,
    "project": _ids,
    "issue_type": _ids,
}


def _ids_of_statuses(entries: Sequence[_Entry]) -> dict[str, int]:
    """Names whose id the same history tells elsewhere, and tells one alone."""
    found: dict[str, set[int]] = {}
    for entry in entries:
        for _, item in entry.items:
            if "status" not in {item.field.casefold(), item.field_id.casefold()}:
                continue
            pairs = ((item.before_string, item.before), (item.after_string, item.after))
            for name, told in pairs:
                if name and _id(told):
                    found.setdefault(name, set()).add(int(_id(told)))
    return {name: next(iter(ids)) for name, ids in found.items() if len(ids) == 1}


def _order(one: TransitionRecord) -> tuple[datetime, int, str, int]:
    """By time, then by id as a number: 9 comes before 10."""
    entry, _, place = one.external_id.rpartition(".")
    return one.occurred_at, int(entry) if entry.isdecimal() else 0, entry, int(place)


def _follow_statuses(result: Read, status: int) -> None:
    changes = [one for one in result.transitions if one.kind == "status"]
    for earlier, later in pairwise(changes):
        if earlier.after != later.before:
            result.say("Its changes of status do not follow from each other.")
            break
    if changes and changes[-1].after != str(status):
        result.say("Its last change of status does not lead to the status that it has.")
