"""The audit log as JSON lines, such that `scripts/verify-audit` can check it without anything of ours.

The first line says after which position it begins and with which digest. Then a line an event:
`{"position": 1, "digest": "…", "event": {…}}`, where the object after `"event": ` is the event's content, byte for
byte what is hashed. A signed head stands behind the event that it is about.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from backend.audit.chain import CONTENT, GENESIS, last_position, latest_anchor, read
from backend.audit.chain_models import Head, Link
from backend.audit.models import Event
from backend.audit.statements import Statement

_BATCH: Final = 2_000
_CHAINED: Final = f"""
SELECT link.position, link.digest, {CONTENT}
FROM audit_link AS link LEFT JOIN audit_event AS event ON event.id = link.event_id
WHERE link.position > %s AND link.position <= %s ORDER BY link.position LIMIT {_BATCH}
"""  # noqa: S608 - constants of our own
_CHOSEN: Final = f"""
SELECT link.position, link.digest, {CONTENT}
FROM unnest(%s::bigint[]) WITH ORDINALITY AS chosen (id, place)
JOIN audit_event AS event ON event.id = chosen.id LEFT JOIN audit_link AS link ON link.event_id = event.id
ORDER BY chosen.place
"""  # noqa: S608 - constants of our own


def lines(*, after: int = 0, up_to: int | None = None) -> Iterator[str]:
    """All of a range, to be verified: everything behind position `after`, without newlines at the ends."""
    anchor = latest_anchor()
    if anchor is not None:
        after = max(after, anchor.position)
    last = last_position() or after
    last = last if up_to is None else min(last, up_to)
    yield json.dumps(
        {
            "plumbline_audit": 1,
            "after": after,
            "digest": _digest_at(after, anchor).hex(),
            "exported_at": timezone.now().isoformat(),
        }
    )
    for head in Head.objects.filter(position=after).order_by("pk"):
        yield Statement.of(head).line()
    position = after
    while rows := read(_CHAINED, position, last):
        heads = defaultdict[int | None, list[str]](list)
        for head in Head.objects.filter(position__gt=position, position__lte=rows[-1][0]).order_by(
            "pk"
        ):
            heads[head.position].append(Statement.of(head).line())
        for position, digest, content in rows:
            yield _line(position, digest, content)
            yield from heads[position]


def lines_of(events: QuerySet[Event]) -> Iterator[str]:
    """Some events, to be read, in their order; each with its place in the chain, which is null for seconds."""
    chosen = events.values_list("pk", flat=True).iterator()
    while numbers := list(islice(chosen, _BATCH)):
        for position, digest, content in read(_CHOSEN, numbers):
            yield _line(position, digest, content)


def _digest_at(position: int, anchor: Statement | None) -> bytes:
    if anchor is not None and anchor.position == position:
        return anchor.digest
    link = Link.objects.filter(position=position).first()
    return GENESIS if link is None else bytes(link.digest)


def _line(position: int | None, digest: bytes | None, content: str | None) -> str:
    told = json.dumps({"position": position, "digest": None if digest is None else digest.hex()})
    return f'{told[:-1]}, "event": {"null" if content is None else content}}}'
