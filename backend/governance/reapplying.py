"""After an old backup came back: what was erased since is erased again, by the journal, before anything else starts.

The database's owner does it, at every start of the appliance: with nothing to do it reads two tables.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from auditlog.context import disable_auditlog
from django.db import transaction

from backend import clock
from backend.audit.events import record
from backend.governance.erasing.engine import carry_out
from backend.governance.erasing.kinds import KINDS
from backend.governance.models import Erasure
from backend.tombstones import graves
from backend.tombstones.models import Tombstone

REASON: Final = "Applied again: an older backup of the database had brought it back."


class Reapplied(NamedTuple):
    tombstones: int
    """That the database had not."""
    subjects: int
    """That were there again."""


@disable_auditlog()  # type: ignore[untyped-decorator] # the library has no types
def reapply() -> Reapplied:
    """Safe to be killed and to be run again. Raises journal.JournalUnusable."""
    tombstones = _bury_again()
    again = 0
    for erasure in _found_again():
        carry_out(erasure)
        record(name="erasure_applied_again", subject=erasure)
        again += 1
    return Reapplied(tombstones, again)


@transaction.atomic
def _bury_again() -> int:
    missing = list(graves.forgotten())
    now = clock.now()
    erasures: dict[tuple[int, str, str], Erasure] = {}
    for entry in (one for one in missing if not one.lifted):
        key = (entry.erasure, entry.of, entry.mode)
        if key not in erasures:
            erasures[key] = Erasure.objects.create(
                kind=entry.of or Erasure.Kind.PERSON,
                mode=entry.mode,
                reason=REASON,
                asked_at=entry.at,
                approved_at=entry.at,
                started_at=entry.at,
                finished_at=now,
            )
    Tombstone.objects.bulk_create(
        (
            Tombstone(
                kind=one.kind,
                digest=bytes.fromhex(one.digest),
                erasure_id=erasures[one.erasure, one.of, one.mode].pk,
                erased_at=one.at,
            )
            for one in missing
            if not one.lifted
        ),
        update_conflicts=True,
        unique_fields=["kind", "digest"],
        update_fields=["erasure_id", "erased_at", "lifted_at"],
    )
    for one in missing:
        if one.lifted:
            again = Tombstone.objects.filter(kind=one.kind, digest=bytes.fromhex(one.digest))
            again.update(lifted_at=one.at)
    return len(missing)


def _found_again() -> Iterator[Erasure]:
    """An erasure of each subject that lies under a tombstone and is in the database all the same."""
    modes = dict(Erasure.objects.values_list("pk", "mode"))
    lying: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    graves = Tombstone.objects.filter(lifted_at=None)
    for kind, digest, erasure in graves.values_list("kind", "digest", "erasure_id"):
        lying[kind, modes.get(erasure, "")].add(bytes(digest))
    for (kind, mode), digests in sorted(lying.items()):
        for of, subjects in KINDS.items():
            for subject in sorted(subjects.found_by(kind, digests)):
                now = clock.now()
                yield Erasure.objects.create(
                    kind=of,
                    mode=_mode(of, mode),
                    subject_id=subject,
                    reason=REASON,
                    asked_at=now,
                    approved_at=now,
                    started_at=now,
                )


def _mode(of: str, mode: str) -> str:
    """Where nobody knows any more how it was asked for, figures stay."""
    return mode or (Erasure.Mode.PSEUDONYMISE if of == Erasure.Kind.PERSON else "")
