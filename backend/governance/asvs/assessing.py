"""An assessment: everything that is claimed is looked at, judged, compared with the last one, written down, signed.

A row is the work, as everywhere: claimed under a lease, with its attempt committed before.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from backend import clock
from backend.accounts.models import User
from backend.audit import documents
from backend.audit.events import record
from backend.governance.asvs import looks, promises, report, schedule
from backend.governance.asvs.catalogue import claims
from backend.governance.asvs.judging import Verdict, Word, judge
from backend.governance.asvs.proving import outcomes
from backend.governance.models import Assessment, AssessmentFile, HostLook

KIND: Final = "self-assessment against OWASP ASVS 4.0.3"
STATEMENT: Final = (
    "Self-assessed against OWASP ASVS 4.0.3, levels 1 and 2, by the appliance itself. Nobody has certified it: OWASP"
    " certifies nobody."
)
LEASE: Final = timedelta(minutes=5)
PAUSE: Final = timedelta(minutes=2)
ATTEMPTS: Final = 3


class AlreadyAsked(Exception):
    """One waits or is being made."""


def ask(*, cause: str, by: User | None = None) -> Assessment:
    """Write it down as work for the worker. Raises AlreadyAsked."""
    _end_what_was_given_up()
    try:
        with transaction.atomic():
            asked = Assessment.objects.create(cause=cause, asked_at=clock.now(), asked_by=by)
            record(name="assessment_asked", subject=asked, detail={"cause": cause})
    except IntegrityError as error:
        raise AlreadyAsked from error
    return asked


def ask_if_due() -> bool:
    """By the calendar; what was missed while the appliance was off, or failed, is made up for day by day."""
    made = Assessment.objects.filter(cause=Assessment.Cause.SCHEDULE).exclude(document=None)
    last = made.order_by("-asked_at").first()
    if not schedule.is_due(clock.now().date(), last.asked_at.date() if last else None):
        return False
    try:
        ask(cause=Assessment.Cause.SCHEDULE)
    except AlreadyAsked:
        return False
    return True


def ask_by_command() -> Assessment:
    """One that this very process makes, and no worker."""
    return Assessment.objects.create(
        cause=Assessment.Cause.COMMAND,
        asked_at=clock.now(),
        attempts=ATTEMPTS,
        lease_until=clock.now() + LEASE,
    )


def due() -> QuerySet[Assessment]:
    return _free().filter(attempts__lt=ATTEMPTS)


def _free() -> QuerySet[Assessment]:
    free = Q(lease_until=None) | Q(lease_until__lte=clock.now())
    return Assessment.objects.filter(free, finished_at=None)


def work() -> bool:
    """Make one that is due; whether there was one."""
    _end_what_was_given_up()
    with transaction.atomic():
        one = due().select_for_update(skip_locked=True).order_by("pk").first()
        if one is None:
            return False
        Assessment.objects.filter(pk=one.pk).update(
            attempts=F("attempts") + 1, lease_until=clock.now() + LEASE
        )
    try:
        make(one)
    except Exception as error:
        # Another try waits for longer than the one before it.
        again = clock.now() + PAUSE * (one.attempts + 1)
        told = f"{type(error).__name__}: the worker's log has more."
        unfinished = Assessment.objects.filter(pk=one.pk, finished_at=None)
        unfinished.update(lease_until=again, last_error=told)
        raise
    return True


def _end_what_was_given_up() -> None:
    """After so many tries, whether they failed or were killed, so that another can be asked for. It has no document."""
    _free().filter(attempts__gte=ATTEMPTS).update(finished_at=clock.now())


def last_made() -> Assessment | None:
    made = Assessment.objects.filter(document__kind=KIND).select_related("document")
    return made.order_by("-finished_at").first()


def content_of(one: Assessment) -> dict[str, Any]:
    """Of one that was made."""
    if one.document is None:
        raise ValueError(f"{one} has no document.")
    told: dict[str, Any] = json.loads(one.document.content)
    return told


def make(one: Assessment) -> None:
    """All or nothing: the document, its files, and that it is finished."""
    content = look(one)
    files = {kind: report.written(kind, content) for kind in AssessmentFile.Kind}
    content["files"] = {kind.value: sha256(text).hexdigest() for kind, text in files.items()}
    with transaction.atomic():
        if Assessment.objects.select_for_update().get(pk=one.pk).finished_at is not None:
            return  # by another process, meanwhile
        one.document = documents.prepare(kind=KIND, content=content)
        one.finished_at, one.counts = clock.now(), content["counts"]
        one.last_error, one.lease_until = "", None
        one.save(update_fields=["document", "finished_at", "counts", "last_error", "lease_until"])
        AssessmentFile.objects.bulk_create(
            AssessmentFile(assessment=one, kind=kind, content=text) for kind, text in files.items()
        )
        record(name="assessment_made", subject=one, detail={"counts": one.counts})


def look(one: Assessment) -> dict[str, Any]:
    """Everything that is claimed, as it is now, compared with the last one that was made."""
    promised = promises.promises()
    found = outcomes([*claims().values(), *(promise.claim for promise in promised)])
    on = clock.now().date()
    verdicts = [judge(claim, found, on=on) for claim in claims().values()]
    before, seen = last_made(), looks.latest()
    return {
        "standard": "OWASP Application Security Verification Standard 4.0.3, levels 1 and 2",
        "statement": STATEMENT,
        "number": one.pk,
        "assessed_at": clock.now().isoformat(timespec="seconds"),
        "cause": one.cause,
        "site": settings.PUBLIC_URL,
        **_seen(seen),
        "counts": _counts(verdicts),
        "counts_of_level_1": _counts([v for v in verdicts if v.claim.requirement.level == 1]),
        "compared_with": before
        and {"number": before.pk, "assessed_at": content_of(before)["assessed_at"]},
        "changes": _changes(content_of(before), verdicts) if before else [],
        "requirements": [_told(verdict) for verdict in verdicts],
        "promises": [
            {"key": promise.key, "promise": promise.says, "how": promise.how}
            | _judged(judge(promise.claim, found, on=on))
            for promise in promised
        ],
    }


def _seen(look: HostLook | None) -> dict[str, Any]:
    why_not = looks.why_no_evidence(look)
    evidence = look.evidence if look and not why_not else None
    return {
        "release": look.release if look else None,
        "running": settings.RELEASE or None,
        "host_looked_at": look.looked_at.isoformat() if look else None,
        "evidence": {"made": evidence["made"] if evidence else None, "reason": why_not or None},
    }


def _counts(verdicts: Sequence[Verdict]) -> dict[str, int]:
    counted = Counter(verdict.word for verdict in verdicts)
    return {word.value: counted[word] for word in Word}


def _changes(before: Mapping[str, Any], verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    was = {told["id"]: told["verdict"] for told in before["requirements"]}
    return [
        {
            "id": verdict.claim.requirement.id,
            "was": was.get(verdict.claim.requirement.id),
            "is": verdict.word.value,
        }
        for verdict in verdicts
        if was.get(verdict.claim.requirement.id) != verdict.word.value
    ]


def _told(verdict: Verdict) -> dict[str, Any]:
    requirement = verdict.claim.requirement
    return {
        "id": requirement.id,
        "chapter": requirement.chapter,
        "section": requirement.section,
        "level": requirement.level,
        "cwe": requirement.cwe or None,
        "text": requirement.text,
        "met": verdict.claim.met.value,
        "says": verdict.claim.says,
        "stated": verdict.claim.stated and verdict.claim.stated.isoformat(),
        "document": verdict.claim.document,
    } | _judged(verdict)


def _judged(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.word.value,
        "reason": verdict.reason or None,
        "todo": verdict.todo or None,
        "proofs": [
            {
                "from": proof.source.value,
                "name": proof.name,
                "is_good": one.is_good,
                "found": one.found,
            }
            for proof, one in verdict.outcomes
        ],
    }
