"""Erasures: asked for by one person, approved by another, done in the background."""

from collections.abc import Collection
from typing import Literal

from django.db import IntegrityError, transaction
from django.db.models import Case, QuerySet, When

from backend import clock
from backend.accounts import access
from backend.accounts.models import User
from backend.audit.events import record
from backend.governance import two_people
from backend.governance.erasing.engine import ATTEMPTS
from backend.governance.erasing.kinds import subjects_of
from backend.governance.erasing.person_known import accounts_of
from backend.governance.erasing.steps import NotErasable
from backend.governance.models import Erasure
from backend.tombstones import graves
from backend.tombstones.models import Tombstone

State = Literal[
    "asked", "refused", "withdrawn", "approved", "running", "parked", "finished"
]  # fmt: skip
LIFTED: tuple[str, ...] = (
    Erasure.Kind.REPOSITORY,
    Erasure.Kind.CONNECTION,
    Erasure.Kind.EVERYTHING,
)
"""Of these it may be said that they are collected again. People say so themselves, by their request."""


class ErasureRefused(ValueError):
    """It cannot be done; the message says why, and what can."""


def state_of(erasure: Erasure) -> State:
    if erasure.finished_at:
        return "finished"
    if erasure.refused_at:
        return "withdrawn" if erasure.refused_by_id == erasure.asked_by_id else "refused"
    if not erasure.approved_at:
        return "asked"
    if erasure.attempts >= ATTEMPTS:
        return "parked"
    return "running" if erasure.started_at else "approved"


def preview(*, kind: str, subject_id: int | None, mode: str = "") -> tuple[str, dict[str, int]]:
    """What the subject is called, and how many rows would go, by table. Raises LookupError, ErasureRefused."""
    if (kind == Erasure.Kind.EVERYTHING) != (subject_id is None):
        raise ErasureRefused("Say which one is meant, and none for everything.")
    if (kind == Erasure.Kind.PERSON) != (mode in Erasure.Mode.values):
        raise ErasureRefused("Say of a person, and of nothing else, how they are to be erased.")
    subjects = subjects_of(kind)
    try:
        rows = subjects.preview(subject_id, mode)
    except NotErasable as error:
        raise ErasureRefused(str(error)) from error
    return subjects.name(subject_id), dict(sorted(rows.items()))


@transaction.atomic
def ask(
    *, kind: str, subject_id: int | None, mode: str = "", reason: str, acting_user: User
) -> Erasure:
    """Nothing goes yet: somebody else has to approve.

    Raises LookupError where there is no such subject, ErasureRefused, access.Denied.
    """
    _require_administrator(acting_user)
    if why := two_people.why_not_begun(acting_user):
        raise ErasureRefused(why)
    if not reason.strip():
        raise ErasureRefused("Say why, without naming whom or what it is about.")
    name, rows = preview(kind=kind, subject_id=subject_id, mode=mode)
    try:
        with transaction.atomic():
            erasure = Erasure.objects.create(
                kind=kind,
                mode=mode,
                subject_id=subject_id,
                subject_name=name[:300],
                reason=reason.strip(),
                preview=rows,
                asked_by=acting_user,
                asked_at=clock.now(),
            )
    except IntegrityError as error:
        raise ErasureRefused("This is asked for already: see the list.") from error
    record(name="erasure_asked_for", actor=acting_user, subject=erasure, detail=_detail(erasure))
    return erasure


@transaction.atomic
def approve(*, erasure: Erasure, acting_user: User) -> None:
    """Begin, by the word of a second person. Raises ErasureRefused, access.Denied."""
    one = _locked(erasure, acting_user)
    _require_open(one)
    if why := why_not_approved(one, acting_user):
        raise ErasureRefused(why)
    one.approved_by, one.approved_at = acting_user, clock.now()
    if one.kind == Erasure.Kind.PERSON:
        one.accounts = accounts_of(one.subject_id or 0)
    one.save(update_fields=["approved_by", "approved_at", "accounts"])
    record(name="erasure_approved", actor=acting_user, subject=one, detail=_detail(one))


@transaction.atomic
def refuse(*, erasure: Erasure, acting_user: User) -> None:
    """Or withdraw, by whoever asked: until it has started, approved or not. Raises ErasureRefused, access.Denied."""
    one = _locked(erasure, acting_user)
    if one.refused_at or one.started_at:
        raise ErasureRefused("It is too late for that: it has started, or was taken back before.")
    one.refused_by, one.refused_at = acting_user, clock.now()
    one.save(update_fields=["refused_by", "refused_at"])
    own = one.asked_by_id == acting_user.pk
    name = "erasure_withdrawn" if own else "erasure_refused"
    record(name=name, actor=acting_user, subject=one, detail=_detail(one))


@transaction.atomic
def call_off(*, erasure: Erasure, acting_user: User) -> None:
    """Because whoever it is about took their request back. Raises ErasureRefused once it is approved."""
    one = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure.pk)
    if one.refused_at:
        return
    if one.approved_at:
        raise ErasureRefused("The erasure has been approved: it cannot be called off any more.")
    one.refused_by, one.refused_at = acting_user, clock.now()
    one.save(update_fields=["refused_by", "refused_at"])
    record(name="erasure_refused", actor=acting_user, subject=one, detail=_detail(one))


@transaction.atomic
def retry(*, erasure: Erasure, acting_user: User) -> None:
    """Go on with a parked one. Raises ErasureRefused, access.Denied."""
    one = _locked(erasure, acting_user)
    if state_of(one) != "parked":
        raise ErasureRefused("It goes on by itself.")
    one.attempts, one.lease_until = 0, None
    one.save(update_fields=["attempts", "lease_until"])
    record(name="erasure_retried", actor=acting_user, subject=one)


@transaction.atomic
def lift(*, erasure: Erasure, acting_user: User) -> None:
    """Let what was erased be collected again from now on. Raises ErasureRefused, access.Denied."""
    one = _locked(erasure, acting_user)
    if not one.finished_at or one.kind not in LIFTED:
        raise ErasureRefused("That can be said of a repository or a connection that was erased.")
    if not graves.lift(erasure_id=one.pk):
        raise ErasureRefused("It may be collected again already.")
    record(name="erasure_lifted", actor=acting_user, subject=one, detail=_detail(one))


def is_own(erasure: Erasure, user: User) -> bool:
    """Whether they asked for it, by whatever account."""
    return erasure.asked_by is not None and two_people.is_same(erasure.asked_by, user)


def why_not_approved(erasure: Erasure, user: User) -> str | None:
    """Why an owner or administrator does not approve it, and who does; None: they may."""
    did, does = "asked for it", "approves"
    if why := two_people.why_not(erasure.asked_by, user, did=did, does=does):
        return why
    if _is_about(user, erasure.kind, erasure.subject_id):
        return "It is about yourself: another owner or administrator approves."
    if erasure.kind == Erasure.Kind.EVERYTHING and user.role != User.Role.OWNER:
        return "Erasing everything takes an owner's approval."
    return None


def problem(erasure: Erasure) -> str | None:
    """What keeps it from going on, in words."""
    if state_of(erasure) == "parked" and not erasure.last_error:
        return f"The process was ended {ATTEMPTS} times while it worked on this."
    return erasure.last_error or None


def listed() -> QuerySet[Erasure]:
    """What is open first, then the latest."""
    is_open = Case(When(finished_at=None, refused_at=None, then=0), default=1)
    people = ("asked_by", "approved_by", "refused_by")
    return Erasure.objects.select_related(*people).order_by(is_open, "-asked_at", "-pk")


def open_erasures() -> QuerySet[Erasure]:
    return Erasure.objects.filter(refused_at=None, finished_at=None)


def lifted(erasures: list[Erasure]) -> set[int]:
    """Those of which something may come again."""
    rows = Tombstone.objects.filter(
        erasure_id__in=[one.pk for one in erasures], lifted_at__isnull=False
    )
    return set(rows.values_list("erasure_id", flat=True))


def _is_about(user: User, kind: str, subject_id: int | None) -> bool:
    return kind == Erasure.Kind.PERSON and subject_id == user.person_id


def approvers(
    *, kind: str, subject_id: int | None, asked_by: User | None, among: Collection[User]
) -> int:
    """How many of these could approve. Where it is nobody, a second owner or administrator is to be made first."""
    return sum(
        (asked_by is None or not two_people.is_same(asked_by, one))
        and not _is_about(one, kind, subject_id)
        and (kind != Erasure.Kind.EVERYTHING or one.role == User.Role.OWNER)
        for one in among
    )


def _locked(erasure: Erasure, acting_user: User) -> Erasure:
    _require_administrator(acting_user)
    return Erasure.objects.select_for_update(of=("self",)).get(pk=erasure.pk)


def _require_administrator(user: User) -> None:
    """A person, at a browser: neither a token nor a service account erases or approves."""
    if user.token is not None or user.is_service or not access.may_administer(user):
        raise access.Denied


def _require_open(erasure: Erasure) -> None:
    if state_of(erasure) != "asked":
        raise ErasureRefused("This was decided already.")


def _detail(erasure: Erasure) -> dict[str, str | int | None]:
    return {"of": erasure.kind, "id": erasure.subject_id, "mode": erasure.mode}
