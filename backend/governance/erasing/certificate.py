"""What the appliance vouches for when an erasure is done: what went, by table and count, and nothing of it."""

from datetime import datetime
from typing import Any, Final

from django.conf import settings

from backend.audit import documents
from backend.audit.models import SignedDocument
from backend.governance.models import Erasure
from backend.tombstones.models import Tombstone

KIND: Final = "certificate of erasure"
_TOMBSTONES: Final = (
    "Tombstones, keyed digests (HMAC-SHA256) of what the source knows it by, were written before and keep it from "
    "coming back. The space of former rows is used again by the database; backups made before go by the day "
    "that is told here."
)
_ROWS: Final = (
    "Rows were deleted from the database in short transactions, children first, until a whole pass over every table "
    f"found none. {_TOMBSTONES}"
)
_PERSON: Final = (
    "What the person is called (names, logins, addresses, ids of accounts) was taken out of every row in short "
    "transactions, or the row deleted, until a whole pass found none; rows of what was done stay, of a nameless person "
    f"or of nobody. The key of their values in the audit log was destroyed. {_TOMBSTONES}"
)


def prepare(erasure: Erasure) -> SignedDocument:
    """In the caller's transaction, which also says that it is finished."""
    return documents.prepare(kind=KIND, content=content(erasure))


def content(erasure: Erasure) -> dict[str, Any]:
    finished = erasure.finished_at
    return {
        "erasure": erasure.pk,
        "of": erasure.kind,
        "mode": erasure.mode or None,
        "subject": {"id": erasure.subject_id, "known_by": _digests(erasure)},
        "asked": {"at": _told(erasure.asked_at), "by_account": erasure.asked_by_id},
        "approved": {"at": _told(erasure.approved_at), "by_account": erasure.approved_by_id},
        "started_at": _told(erasure.started_at),
        "finished_at": _told(finished),
        "rows": dict(sorted(erasure.done.items())),
        "rows_in_all": sum(erasure.done.values()),
        "method": _PERSON if erasure.kind == Erasure.Kind.PERSON else _ROWS,
        "in_no_backup_after": finished and str((finished + settings.BACKUPS_KEPT).date()),
    }


def _digests(erasure: Erasure) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    rows = Tombstone.objects.filter(erasure_id=erasure.pk).order_by("kind", "digest")
    for kind, digest in rows.values_list("kind", "digest"):
        found.setdefault(kind, []).append(bytes(digest).hex())
    return found


def _told(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
