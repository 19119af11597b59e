"""After an old backup came back: what was erased since is erased again, by the journal, before anything else starts.

The database's owner looks, at every start of the appliance: with nothing to do it reads two tables. It erases by an
operator's word alone: the worker writes journal and tombstones, and whoever has taken it over could name anybody there.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from auditlog.context import disable_auditlog
from django.db import transaction

from backend import clock
from backend.audit.events import record
from backend.governance.erasing.engine import carry_out
from backend.governance.erasing.kinds import KINDS
from backend.governance.erasures import open_erasures
from backend.governance.models import Erasure
from backend.tombstones import graves, journal
from backend.tombstones.models import Tombstone

REASON: Final = "Applied again: an older backup of the database had brought it back."


class Reapplied(NamedTuple):
    tombstones: int
    """That the database had not."""
    subjects: int
    """That were there again."""


class NotAccepted(Exception):
    """Nothing was done: an operator has to say that it is to be erased. The message says how."""


@disable_auditlog()  # type: ignore[untyped-decorator] # the library has no types
def reapply(*, accepted: bool = False) -> Reapplied:
    """Safe to be killed and to be run again. Raises NotAccepted, journal.JournalUnusable."""
    with transaction.atomic():
        tombstones = _bury_again()
        begun = list(open_erasures().filter(asked_by=None, approved_at__isnull=False))
        new = list(_found_again())
        if new and not accepted:
            raise NotAccepted(_told(new))
    # Begun was what an operator accepted at a start that was killed.
    for erasure in (*begun, *new):
        carry_out(erasure)
        record(name="erasure_applied_again", subject=erasure)
    return Reapplied(tombstones, len(begun) + len(new))


def _told(erasures: Collection[Erasure]) -> str:
    counts = Counter(one.get_kind_display() for one in erasures)
    found = ", ".join(f"{kind}: {count}" for kind, count in sorted(counts.items()))
    return (
        f"What was erased is in the database again: {found}. If an older backup was put back, erase it again: `docker "
        "compose run --rm migrate python manage.py erasures reapply --accept`. If none was, erase nothing: somebody "
        f"may have written into {journal.path()}; compare it with your copy, and put that back."
    )


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
    """An erasure of each subject that lies under a tombstone and is in the database all the same.

    One that is open in it is taken over, unless it was approved: the worker goes on with that. By whom the others were
    asked for and approved is forgotten with the database that knew.
    """
    for of, subject, mode in _lying_in_the_open():
        known = open_erasures().filter(kind=of, subject_id=subject).first()
        one = known or Erasure(kind=of, subject_id=subject)
        if one.approved_at is None:
            one.asked_by, one.mode, one.reason = None, mode, REASON
            one.asked_at = one.approved_at = one.started_at = clock.now()
            one.save()
            yield one


def _lying_in_the_open() -> Iterator[tuple[str, int, str]]:
    """Kind and key of each subject, and how it was erased. One may be found by several names."""
    modes = dict(Erasure.objects.values_list("pk", "mode"))
    going_on = open_erasures().filter(approved_at__isnull=False).values("pk")
    lying: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    buried = Tombstone.objects.filter(lifted_at=None).exclude(erasure_id__in=going_on)
    for kind, digest, erasure in buried.values_list("kind", "digest", "erasure_id"):
        lying[kind, modes.get(erasure, "")].add(bytes(digest))
    for (kind, mode), digests in sorted(lying.items()):
        for of, subjects in KINDS.items():
            for subject in sorted(subjects.found_by(kind, digests)):
                yield of, subject, _mode(of, mode)


def _mode(of: str, mode: str) -> str:
    """Where nobody knows any more how it was asked for, figures stay."""
    return mode or (Erasure.Mode.PSEUDONYMISE if of == Erasure.Kind.PERSON else "")
