"""Retention of the audit log: a whole beginning of the chain goes, and a signed anchor stays in its place."""

from datetime import timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from backend.audit.chain import latest_anchor
from backend.audit.chain_models import Head
from backend.audit.events import record
from backend.audit.models import Event
from backend.audit.sealing import sign_head
from backend.audit.statements import Statement

_BORNE_OUT: Final = ("retention_began", "retention_date_confirmed")
_WEEK: Final = timedelta(days=7)


def date_is_borne_out() -> bool:
    """Whether retention, which knows more than the log, goes by the clock. One far ahead makes all too old."""
    since = timezone.now() - _WEEK
    return bool(Event.objects.filter(name__in=_BORNE_OUT, timestamp__gt=since).exists())


def set_anchor(*, kept: timedelta) -> Statement | None:
    """Sign that what the last head older than `kept` covers is to go. None: nothing new has become too old.

    It has to be told outside before anything is removed by `remove_some`.
    """
    heads = Head.objects.filter(kind=Head.Kind.HEAD, signed_at__lt=timezone.now() - kept)
    head, anchor = heads.order_by("-position").first(), latest_anchor()
    if head is None or (anchor is not None and head.position <= anchor.position):
        return None
    made = sign_head(kind=Head.Kind.ANCHOR, position=head.position, digest=bytes(head.digest))
    record(name="audit_pruned", detail={"position": made.position})
    return made


def remove_some(*, at_most: int = 2_000) -> int:
    """Remove the first events before the anchor, with their links. Returns how many; 0: all is removed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_prune(%s)", [at_most])
        return int(cursor.fetchone()[0])
