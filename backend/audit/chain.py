"""The chain over the audit log: what an event's content is, how digests follow from it, and where the chain stands.

digest(n) = SHA-256(digest(n - 1) + SHA-256(content of the event at n)); before the first one stand 32 zero bytes.

Content is the event's row as Postgres writes it as jsonb, without columns that are null: all columns that there are,
and the same text in every version and after a restore. So a column that is added later must be null in older rows.
A row that is not there has no content, which is sealed as well and shows.
"""

from hashlib import sha256
from typing import Any, Final

from django.db import connection

from backend.audit.chain_models import Head, Link
from backend.audit.statements import Statement

GENESIS: Final = bytes(32)
CONTENT: Final = (
    "(SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(event))"
    " WHERE value <> 'null')::text"
)
"""SQL: the content of the row that `event` names; null where there is none."""


def next_digest(previous: bytes, content: str | None) -> bytes:
    return sha256(previous + sha256((content or "").encode()).digest()).digest()


def tail() -> tuple[int, bytes]:
    """The last position and its digest: of the last link, or of what an anchor left. (0, GENESIS): nothing yet."""
    link = Link.objects.order_by("-position").first()
    if link is not None:
        return link.position, bytes(link.digest)
    anchor = latest_anchor()
    return (0, GENESIS) if anchor is None else (anchor.position, anchor.digest)


def last_position() -> int | None:
    """Of the last event that is in the chain; None: none is, or not any more."""
    return Link.objects.order_by("-position").values_list("position", flat=True).first()


def latest_head() -> Statement | None:
    """The last signed word about the chain, to be put into reports; None where nothing is signed yet.

    For web and the sealer: other processes may not read it.
    """
    head = Head.objects.exclude(kind=Head.Kind.ANCHOR).order_by("-pk").first()
    return None if head is None else Statement.of(head)


def latest_anchor() -> Statement | None:
    """What was removed up to now."""
    head = Head.objects.filter(kind=Head.Kind.ANCHOR).order_by("-position").first()
    return None if head is None else Statement.of(head)


def read(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - what SQL takes
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
