"""Bury, and ask whether something is buried. Names are whatever a source knows a thing by, with its host."""

import hmac
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from backend import clock
from backend.keyring.files import secret_file
from backend.tombstones import journal
from backend.tombstones.journal import Entry
from backend.tombstones.models import Tombstone

LATELY: Final = timedelta(hours=1)


def digest(kind: str, name: str) -> bytes:
    """HMAC-SHA256 under the appliance's own key: without it nobody can try names out."""
    return hmac.digest(_key(), f"{kind}\0{name}".encode(), "sha256")


def bury(*, kind: str, names: Iterable[str], erasure_id: int, of: str = "", mode: str = "") -> None:
    """Before the thing itself is deleted, in the same transaction or an earlier one. Burying twice does no harm.

    `of` and `mode` are the erasure's, for the day on which the database has forgotten it. The journal comes first: a
    tombstone that only the database had could be lost with it. Raises journal.JournalUnusable.
    """
    now = clock.now()
    digests = [digest(kind, name) for name in sorted(set(names))]
    journal.append(
        [Entry(kind, one.hex(), erasure_id, now.isoformat(), of, mode) for one in digests]
    )
    Tombstone.objects.bulk_create(
        (Tombstone(kind=kind, digest=one, erasure_id=erasure_id, erased_at=now) for one in digests),
        update_conflicts=True,
        unique_fields=["kind", "digest"],
        update_fields=["erasure_id", "erased_at", "lifted_at"],
    )


def lift(*, erasure_id: int) -> int:
    """What comes under these names from now on is new, and stored; how many. The worker notes it in the journal."""
    return Tombstone.objects.filter(erasure_id=erasure_id, lifted_at=None).update(
        lifted_at=clock.now()
    )


def erasure_of(kind: str, name: str) -> int | None:
    """The erasure whose tombstone this name lies under."""
    lying = Tombstone.objects.filter(kind=kind, digest=digest(kind, name), lifted_at=None)
    return lying.values_list("erasure_id", flat=True).first()


def buried(kind: str, names: Collection[str]) -> set[str]:
    """Those of these names that lie here: one statement, and none where nothing was ever erased."""
    if not names or journal.is_empty():
        return set()
    by_digest = {digest(kind, name): name for name in names}
    known = Tombstone.objects.filter(kind=kind, digest__in=list(by_digest), lifted_at=None)
    return {by_digest[bytes(one)] for one in known.values_list("digest", flat=True)}


def forgotten() -> Iterator[Entry]:
    """What the journal says otherwise than the database, as after an old backup came back.

    What was lifted since, and only the database says so yet, is for `write_down`.
    """
    if journal.is_empty():
        return
    known = _known()
    for key, entry in journal.standing().items():
        lifted_at = known.get(key)
        if entry.lifted:
            is_forgotten = key in known and lifted_at is None
        else:
            is_forgotten = key not in known or (
                lifted_at is not None and lifted_at <= datetime.fromisoformat(entry.at)
            )
        if is_forgotten:
            yield entry


def write_down() -> int:
    """Add to the journal what the database alone says: tombstones where the file was lost, and what was lifted.

    How many lines. The worker's to do; raises journal.JournalUnusable.
    """
    if not Tombstone.objects.exists():
        return 0
    written = journal.standing()
    missing = [
        Entry(
            one.kind,
            bytes(one.digest).hex(),
            one.erasure_id,
            (one.lifted_at or one.erased_at).isoformat(),
            lifted=one.lifted_at is not None,
        )
        for one in Tombstone.objects.order_by("pk")
        if _differs(written.get((one.kind, bytes(one.digest).hex())), one)
    ]
    if missing:
        journal.append(missing)
    return len(missing)


def anything_lifted() -> bool:
    """Whether something was lifted lately, which the journal may not say yet."""
    return Tombstone.objects.filter(lifted_at__gte=clock.now() - LATELY).exists()


def _differs(written: Entry | None, one: Tombstone) -> bool:
    is_lifted = one.lifted_at is not None
    return not is_lifted if written is None else written.lifted != is_lifted


def _known() -> dict[tuple[str, str], datetime | None]:
    """When each was lifted."""
    rows = Tombstone.objects.values_list("kind", "digest", "lifted_at")
    return {(kind, bytes(one).hex()): lifted_at for kind, one, lifted_at in rows}


@cache
def _key() -> bytes:
    return bytes.fromhex(secret_file("tombstone_key").read_text().strip())
