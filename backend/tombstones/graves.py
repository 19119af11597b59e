"""Bury, and ask whether something is buried. Names are whatever a source knows a thing by, with its host."""

import hmac
from collections.abc import Collection, Iterable
from functools import cache

from backend import clock
from backend.keyring.files import secret_file
from backend.tombstones.models import Tombstone


def digest(kind: str, name: str) -> bytes:
    """HMAC-SHA256 under the appliance's own key: without it nobody can try names out."""
    return hmac.digest(_key(), f"{kind}\0{name}".encode(), "sha256")


def bury(*, kind: str, names: Iterable[str], erasure_id: int) -> None:
    """Before the thing itself is deleted, in the same transaction or an earlier one. Burying twice does no harm."""
    now = clock.now()
    Tombstone.objects.bulk_create(
        (
            Tombstone(kind=kind, digest=digest(kind, name), erasure_id=erasure_id, erased_at=now)
            for name in sorted(set(names))
        ),
        ignore_conflicts=True,
    )


def buried(kind: str, names: Collection[str]) -> set[str]:
    """Those of these names that lie here: one statement, and no digest where nothing of the kind was erased."""
    known = Tombstone.objects.filter(kind=kind, lifted_at=None)
    if not names or not known.exists():
        return set()
    by_digest = {digest(kind, name): name for name in names}
    found = known.filter(digest__in=list(by_digest)).values_list("digest", flat=True)
    return {by_digest[bytes(one)] for one in found}


def lift(*, erasure_id: int) -> int:
    """Let what lies here come again, because a person says so; how many names that are."""
    standing = Tombstone.objects.filter(erasure_id=erasure_id, lifted_at=None)
    return standing.update(lifted_at=clock.now())


@cache
def _key() -> bytes:
    return bytes.fromhex(secret_file("tombstone_key").read_text().strip())
