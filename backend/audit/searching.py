"""Which events somebody asks for, and pages of them, newest first: each begins behind the last one's end."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, QuerySet

from backend.audit import subjects
from backend.audit.keys import SubjectKey
from backend.audit.models import Event
from backend.audit.names import ACTS

CHANGES: Final = {"created": 0, "changed": 1, "deleted": 2}
"""What happened to a row, where the act has no name."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BATCH: Final = 1000


class Place(NamedTuple):
    """Between two events."""

    timestamp: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.timestamp - _EPOCH) // timedelta(microseconds=1)}-{self.id}"


def place(told: str) -> Place:
    """Raises ValueError."""
    microseconds, _, number = told.partition("-")
    try:
        return Place(_EPOCH + timedelta(microseconds=int(microseconds)), int(number))
    except OverflowError as error:
        raise ValueError(told) from error


@dataclass(frozen=True)
class People:
    """Whom a word may mean: accounts that act, and whom events are about, such as person/7."""

    actors: Collection[int] = ()
    subjects: Collection[str] = ()


@dataclass(frozen=True)
class Wanted:
    start: datetime | None = None
    end: datetime | None = None
    actor: int | None = None
    act: str = ""
    group: str = ""
    kind: int | None = None
    """A content type's key."""
    address: str = ""
    text: str = ""
    people: People = field(default_factory=People)


def found(wanted: Wanted) -> QuerySet[Event]:
    rows: QuerySet[Event] = Event.objects.order_by("-timestamp", "-id")
    if wanted.start:
        rows = rows.filter(timestamp__gte=wanted.start)
    if wanted.end:
        rows = rows.filter(timestamp__lt=wanted.end)
    if wanted.actor:
        rows = rows.filter(actor=wanted.actor)
    if wanted.act in CHANGES:
        rows = rows.filter(name="", action=CHANGES[wanted.act])
    elif wanted.act:
        rows = rows.filter(name=wanted.act)
    if wanted.group:
        rows = rows.filter(
            name__in=[name for name, act in ACTS.items() if act.group == wanted.group]
        )
    if wanted.kind:
        rows = rows.filter(content_type=wanted.kind)
    if wanted.address:
        rows = rows.filter(address_digest__in=_digests(wanted.address))
    return _saying(rows, wanted) if wanted.text else rows


def page(
    rows: QuerySet[Event], *, after: Place | None, size: int
) -> tuple[list[Event], Place | None]:
    """With the place where the next page begins, if there is one."""
    if after is not None:
        rows = rows.filter(timestamp__lte=after.timestamp).exclude(
            timestamp=after.timestamp, id__gte=after.id
        )
    shown = list(rows.select_related("content_type")[: size + 1])
    last = shown[size - 1] if len(shown) > size else None
    return shown[:size], last and Place(last.timestamp, last.pk)


def everything(rows: QuerySet[Event]) -> Iterator[list[Event]]:
    """In batches, each a statement of its own, so that no long one holds the log."""
    shown, after = page(rows, after=None, size=_BATCH)
    yield shown
    while after is not None:
        shown, after = page(rows, after=after, size=_BATCH)
        yield shown


def _saying(rows: QuerySet[Event], wanted: Wanted) -> QuerySet[Event]:
    """Of whom or what it is about, of who did it, or of what was done."""
    words = re.findall(r"\w+", wanted.text.lower())
    named = [name for name in ACTS if all(word in name for word in words)] if words else []
    anything = (
        Q(name__in=named)
        | Q(actor__in=list(wanted.people.actors))
        | Q(subject__in=list(wanted.people.subjects))
    )
    if words:
        query = SearchQuery(
            " & ".join(f"{word}:*" for word in words), config="simple", search_type="raw"
        )
        rows = rows.annotate(words=SearchVector("object_repr", config="simple"))
        anything |= Q(words=query)
    if wanted.text.strip().isdecimal():
        anything |= Q(object_pk=wanted.text.strip())
    return rows.filter(anything)


def _digests(address: str) -> list[bytes]:
    """What it would be under the key of everybody who is known: it is in clear nowhere."""
    known = SubjectKey.objects.exclude(secret=None).values_list("subject", flat=True)
    keys = subjects.secrets_of(known)
    return [hit for one in keys if (hit := subjects.digest(address, subject=one, keys=keys))]
