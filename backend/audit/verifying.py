"""Whether the audit log is whole and unchanged: each event against the chain, the chain against its signed heads.

What the database itself holds can only contradict itself. That rows at the end were cut off, or that all was made
anew, shows against heads that are held outside.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Final

from django.utils import timezone

from backend.audit.chain import CONTENT, GENESIS, last_position, latest_anchor, next_digest, read
from backend.audit.chain_models import Head, Link, Unsealed
from backend.audit.statements import Statement

_BATCH: Final = 5_000
_MOST: Final = 1_000
"""Findings that are told one by one."""
_PATIENCE_SECONDS: Final = 4
_SIGNED_WITHIN: Final = timedelta(minutes=5)
_ROWS: Final = f"""
SELECT link.position, link.event_id, link.digest, event.id IS NOT NULL, {CONTENT}
FROM audit_link AS link LEFT JOIN audit_event AS event ON event.id = link.event_id
WHERE link.position > %s AND link.position <= %s ORDER BY link.position LIMIT {_BATCH}
"""  # noqa: S608 - constants of our own
# An event is in its queue or in the chain; for a minute, while the sealer may be restarting, the queue is fine.
_OUTSIDE_THE_CHAIN: Final = """
SELECT event.id, waiting.event_id IS NULL FROM audit_event AS event
LEFT JOIN audit_link AS link ON link.event_id = event.id
LEFT JOIN audit_unsealed AS waiting ON waiting.event_id = event.id
WHERE event.id > %s AND link.event_id IS NULL
    AND (waiting.event_id IS NULL OR abs(extract(epoch FROM event.recorded_at - now())) > 60)
ORDER BY event.id LIMIT %s
"""


@dataclass
class Report:
    """`findings` say in words what is wrong, in the order found; `notes` what is to be known besides."""

    events: int = 0
    heads: int = 0
    outside: int = 0
    after: int = 0
    up_to: int = 0
    findings: list[str] = field(default_factory=list)
    more: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        return not self.findings

    def find(self, text: str) -> None:
        if len(self.findings) < _MOST:
            self.findings.append(text)
        else:
            self.more += 1


def verify(
    *,
    outside: Iterable[Statement] = (),
    since: int = 0,
    advance: Callable[[int], None] = lambda _: None,
) -> Report:
    """Check everything, in memory of a few thousand rows. Raises KeyUnavailable, and Unreadable from `outside`.

    `outside` is iterated over twice. `since`: begin at the last signed head that is not behind this position.
    `advance` is told how many events were looked at, as they are.
    """
    report = Report()
    start = _start(since, report)
    report.after, digest = (0, GENESIS) if start is None else (start.position, start.digest)
    report.up_to = max(report.after, last_position() or 0)
    _check_links(report, digest, advance)
    _check_heads(report)
    _check_outside(report, outside)
    _check_unlinked(report)
    return report


def _start(since: int, report: Report) -> Statement | None:
    """Where to begin: an anchor, or the head that is asked for. None: at the beginning."""
    anchor = latest_anchor()
    if anchor is not None:
        if not anchor.is_valid:
            report.find(f"The anchor at position {anchor.position} is not signed by a known key.")
            anchor = None
        else:
            report.notes.append(
                f"Events up to position {anchor.position} were removed because of their age, as was signed at"
                f" {anchor.signed_at:%Y-%m-%d %H:%M} UTC."
            )
    known = Head.objects.filter(position__lte=since).exclude(kind=Head.Kind.ANCHOR)
    for head in known.order_by("-position", "-pk")[:100]:
        statement = Statement.of(head)
        if anchor is not None and statement.position <= anchor.position:
            break
        if statement.is_valid and statement.position > 0:
            return statement
    return anchor


def _check_links(report: Report, digest: bytes, advance: Callable[[int], None]) -> None:
    position, known = report.after, True
    while rows := read(_ROWS, position, report.up_to):
        for place, number, stored, is_there, content in rows:
            if place != position + 1:
                known = False  # nothing can be said of the first one behind a gap
                report.find(f"Positions {position + 1} to {place - 1} are missing from the chain.")
            if not is_there:
                report.find(f"Event {number}, at position {place}, is gone.")
            elif known and next_digest(digest, content) != bytes(stored):
                report.find(f"Event {number}, at position {place}, is not what was sealed.")
            position, digest, known = place, bytes(stored), True
        report.events += len(rows)
        advance(len(rows))


def _check_heads(report: Report) -> None:
    """Those that the database holds; the last event must not be long without one."""
    heads = Head.objects.order_by("pk").iterator(chunk_size=_BATCH)
    highest = 0
    while batch := [Statement.of(head) for head in islice(heads, _BATCH)]:
        report.heads += len(batch)
        highest = max(highest, *(head.position for head in batch))
        for text in _contradictions(batch, report, whose="in the database"):
            report.find(text)
    unsigned = (
        Link.objects.filter(position__gt=max(highest, report.after)).order_by("position").first()
    )
    if unsigned is not None:
        recorded = read("SELECT recorded_at FROM audit_event WHERE id = %s", unsigned.event_id)
        if not recorded or recorded[0][0] < timezone.now() - _SIGNED_WITHIN:
            report.find(
                f"No head was signed since position {unsigned.position}: the sealer does not run, or heads"
                " were removed."
            )


def _check_outside(report: Report, outside: Iterable[Statement]) -> None:
    """Heads that are held elsewhere. What a later restart gave up is told and no fault."""
    restarts = [
        (place, head.position)
        for place, head in enumerate(outside)
        if head.kind == Head.Kind.RESTART and head.is_valid
    ]
    lost = 0
    numbered = iter(enumerate(outside))
    while batch := list(islice(numbered, _BATCH)):
        kept = []
        for place, head in batch:
            if any(place < later and head.position > at for later, at in restarts):
                lost += 1
            else:
                kept.append(head)
        report.outside += len(batch)
        for text in _contradictions(kept, report, whose="held outside"):
            report.find(text)
    if lost:
        report.notes.append(
            f"{lost} heads tell of events that are lost since an operator restarted the chain; the event"
            " audit_restart_accepted says why."
        )


def _contradictions(heads: list[Statement], report: Report, *, whose: str) -> Iterator[str]:
    links = Link.objects.filter(position__in={head.position for head in heads})
    held = {link.position: bytes(link.digest) for link in links}
    anchor = latest_anchor()
    for head in heads:
        told = f"The {head.kind} {whose} of position {head.position}, {head.signed_at:%Y-%m-%d %H:%M} UTC,"
        if not head.is_valid:
            yield f"{told} is not signed by a known key."
        elif head.position > report.up_to and head.position not in held:
            yield f"{told} is beyond the end of the chain at {report.up_to}: events were cut off."
        elif anchor is not None and head.position < anchor.position:
            continue  # what it is about was removed
        elif _digest(head, held, anchor) not in {None, head.digest}:
            yield f"{told} contradicts the chain: it was made anew, or restored from elsewhere."


def _digest(head: Statement, held: dict[int, bytes], anchor: Statement | None) -> bytes | None:
    """None where the link is missing, which was told already."""
    if head.position in held:
        return held[head.position]
    if head.position == 0:
        return GENESIS
    return anchor.digest if anchor is not None and anchor.position == head.position else None


def _check_unlinked(report: Report) -> None:
    """What waits was perhaps committed a moment ago, by a transaction that took long: it is looked at again."""
    number, waiting = 0, list[int]()
    while rows := read(_OUTSIDE_THE_CHAIN, number, _BATCH):
        for number, is_unknown in rows:
            if is_unknown:
                report.find(
                    f"Event {number} is in no chain: it was put in past the database's triggers."
                )
            elif len(waiting) < _MOST:
                waiting.append(number)
    if waiting:
        time.sleep(_PATIENCE_SECONDS)
    for number in (
        Unsealed.objects.filter(pk__in=waiting).order_by("pk").values_list("pk", flat=True)
    ):
        report.find(f"Event {number} waits for the sealer for more than a minute.")
