"""Requests of people about their own data: asked, kept to their legal clock, and answered."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from backend import clock
from backend.accounts.models import User
from backend.audit.events import record
from backend.governance import erasures, two_people
from backend.governance.models import Erasure, SubjectRequest
from backend.people.models import Person
from backend.people.store import organisation

Kind = SubjectRequest.Kind
Outcome = SubjectRequest.Outcome
Timing = Literal["in_time", "due_in_7_days", "due_in_2_days", "overdue"]

MONTHS: Final = 1
"""To answer in (GDPR Art. 12(3))."""
MONTHS_EXTENDED: Final = 3
"""All together, once it was extended by two further months."""
SOON: Final = 7
VERY_SOON: Final = 2
"""Days before the last one, that day included, on which administrators are reminded."""
AVAILABLE: Final = timedelta(days=30)
"""For so long a copy can be downloaded after it was handed over."""
A_DAY_AT_MOST: Final = 5
"""Requests of one account."""
BETWEEN_DOWNLOADS: Final = timedelta(minutes=1)


class NotPossible(ValueError):
    """It cannot be done as the request stands; the message says why."""


class TooOften(Exception):
    """`retry_after`: in so many seconds it may be."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__()
        self.retry_after = int(retry_after.total_seconds())


def months_after(day: date, months: int) -> date:
    """The same day of a later month; where that month is too short, its last (Regulation 1182/71, Art. 3(2)(c))."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def timing(due_on: date, *, today: date) -> Timing:
    left = (due_on - today).days
    if left < 0:
        return "overdue"
    if left <= VERY_SOON:
        return "due_in_2_days"
    return "due_in_7_days" if left <= SOON else "in_time"


def today() -> date:
    """In the organisation's time zone."""
    return clock.now().astimezone(ZoneInfo(organisation().time_zone)).date()


def requests() -> QuerySet[SubjectRequest]:
    """Each with `state` (open, extended, fulfilled, refused or withdrawn) and `ended_at`.

    An erasure fulfils its request by having finished; nobody needs to say so.
    """
    state = Case(
        When(~Q(outcome=""), then=F("outcome")),
        When(erasure__finished_at__isnull=False, then=Value("fulfilled")),
        When(extended_at__isnull=False, then=Value("extended")),
        default=Value("open"),
    )
    return SubjectRequest.objects.annotate(
        state=state, ended_at=Coalesce("closed_at", "erasure__finished_at")
    ).select_related("account", "person", "erasure", "handled_by", "entered_by")


def under_way() -> QuerySet[SubjectRequest]:
    """Those that the clock runs for."""
    return SubjectRequest.objects.filter(outcome="").exclude(erasure__finished_at__isnull=False)


def timings() -> dict[Timing, int]:
    """How many are under way, by how much time is left. One statement besides the organisation's."""
    day = today()
    found: dict[Timing, int] = {"in_time": 0, "due_in_7_days": 0, "due_in_2_days": 0, "overdue": 0}
    for due_on in under_way().values_list("due_on", flat=True):
        found[timing(due_on, today=day)] += 1
    return found


@transaction.atomic
def ask(*, kind: str, text: str = "", mode: str = "", acting_user: User) -> SubjectRequest:
    """For what is held of whoever acts. Raises NotPossible and TooOften."""
    _check_wish(kind, text, mode)
    # One after the other, so that two at once are not both the first.
    User.objects.select_for_update().get(pk=acting_user.pk)
    own = SubjectRequest.objects.filter(account=acting_user)
    if own.filter(kind=kind, outcome="").exists():
        raise NotPossible("You have asked for this already: it is under way.")
    now = clock.now()
    recent = own.filter(entered_at__gt=now - timedelta(days=1))
    if recent.count() >= A_DAY_AT_MOST:
        raise TooOften(timedelta(days=1))
    day = today()
    request = SubjectRequest.objects.create(
        kind=kind,
        account=acting_user,
        text=text,
        mode=mode,
        asked_on=day,
        entered_at=now,
        due_on=months_after(day, MONTHS),
    )
    _record("subject_request_made", request, acting_user, kind=kind)
    return request


@transaction.atomic
def enter(
    *,
    kind: str,
    who: str,
    person: Person | None,
    asked_on: date,
    identity_checked: str,
    text: str = "",
    mode: str = "",
    acting_user: User,
) -> SubjectRequest:
    """One that came by letter, of somebody without an account. Raises NotPossible."""
    if why := two_people.why_not_begun(acting_user):
        raise NotPossible(why)
    _check_wish(kind, text, mode)
    if asked_on > today():
        raise NotPossible("The day on which it was received is still to come.")
    if not identity_checked.strip():
        raise NotPossible("Say how you made sure who asks.")
    request = SubjectRequest.objects.create(
        kind=kind,
        who=who,
        person=person,
        text=text,
        mode=mode,
        asked_on=asked_on,
        entered_at=clock.now(),
        entered_by=acting_user,
        identity_checked=identity_checked,
        due_on=months_after(asked_on, MONTHS),
        handled_by=acting_user,
    )
    _record("subject_request_entered", request, acting_user, kind=kind)
    return request


def _check_wish(kind: str, text: str, mode: str) -> None:
    if kind in {Kind.RECTIFICATION, Kind.OBJECTION} and not text.strip():
        raise NotPossible("Say in your own words what is wrong, or what you object to.")
    if (kind == Kind.ERASURE) != bool(mode):
        raise NotPossible("Choose how it is to be erased, of an erasure and of nothing else.")


@transaction.atomic
def withdraw(*, request: SubjectRequest, acting_user: User) -> None:
    """By whoever asked. Raises NotPossible."""
    locked = _open(request)
    _call_off(locked.erasure, acting_user)
    _close(locked, Outcome.WITHDRAWN, "")
    _record("subject_request_withdrawn", locked, acting_user)


@transaction.atomic
def extend(*, request: SubjectRequest, reason: str, acting_user: User) -> None:
    """By two further months, once, while the first is not over; whoever asked reads why. Raises NotPossible."""
    locked = _open(request)
    if locked.extended_at is not None:
        raise NotPossible("It was extended already, which can be done once.")
    if today() > locked.due_on:
        raise NotPossible("The first month is over, within which an extension has to be told.")
    locked.extended_at, locked.extension_reason = clock.now(), _said(reason)
    locked.due_on = months_after(locked.asked_on, MONTHS_EXTENDED)
    _handled(locked, acting_user, "extended_at", "extension_reason", "due_on")
    _record("subject_request_extended", locked, acting_user, due_on=f"{locked.due_on}")


@transaction.atomic
def refuse(*, request: SubjectRequest, reason: str, acting_user: User) -> None:
    """Whoever asked reads why, and where to complain. Raises NotPossible."""
    locked = _open(request)
    if locked.erasure and not locked.erasure.refused_at:
        raise NotPossible("An erasure is under way for it: have that refused first.")
    _close(locked, Outcome.REFUSED, _said(reason), acting_user)
    _record("subject_request_refused", locked, acting_user)


@transaction.atomic
def fulfil(*, request: SubjectRequest, done: str, acting_user: User) -> None:
    """Whoever asked reads what was done. Raises NotPossible where that is for a hand-over or an erasure to say."""
    locked = _open(request)
    if locked.kind == Kind.ACCESS and (locked.account or locked.person):
        raise NotPossible("Hand over the copy: that fulfils it.")
    if locked.kind == Kind.ERASURE and (locked.account or locked.person):
        raise NotPossible("Start the erasure: the request is fulfilled when that has finished.")
    _close(locked, Outcome.FULFILLED, _said(done), acting_user)
    _record("subject_request_fulfilled", locked, acting_user)


@transaction.atomic
def hand_over(*, request: SubjectRequest, acting_user: User) -> None:
    """Let the copy be downloaded for a while; again, where that while is over. Raises NotPossible."""
    locked = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if locked.kind != Kind.ACCESS or locked.outcome not in {"", Outcome.FULFILLED}:
        raise NotPossible("There is no copy to hand over.")
    if locked.account is None and locked.person is None:
        raise NotPossible("It is linked to nobody who is known here, so there is nothing to copy.")
    if why := why_not_handed_over(locked, acting_user):
        raise NotPossible(why)
    locked.available_until = clock.now() + AVAILABLE
    if locked.outcome == "":
        _close(locked, Outcome.FULFILLED, "")
    _handled(locked, acting_user, "available_until")
    _record("subject_access_handed_over", locked, acting_user)


def why_not_handed_over(request: SubjectRequest, user: User) -> str | None:
    """Why this administrator hands over and downloads no copy of it; None: nothing is in the way.

    What somebody asked for while signed in goes to them. What was entered for somebody goes through two people, so that
    nobody makes a request up to read what is held of another.
    """
    if request.entered_by is None:
        return None
    did, does = "entered it", "hands the copy over and downloads it"
    why = two_people.why_not(request.entered_by, user, did=did, does=does)
    if why and not two_people.others(request.entered_by).exists():
        return f"{why} There is nobody else yet: make one under Administration, Users."
    return why


@transaction.atomic
def erase(*, request: SubjectRequest, mode: str, reason: str, acting_user: User) -> Erasure:
    """Ask for the erasure, which another person has to approve. Raises NotPossible."""
    locked = _open(request)
    if locked.kind != Kind.ERASURE:
        raise NotPossible("This person asked for no erasure.")
    if locked.erasure and not locked.erasure.refused_at:
        raise NotPossible("Its erasure was asked for already.")
    person = _whom(locked)
    try:
        locked.erasure = erasures.ask(
            kind=Erasure.Kind.PERSON,
            subject_id=person.pk,
            mode=mode,
            reason=_said(reason),
            acting_user=acting_user,
        )
    except erasures.ErasureRefused as error:
        raise NotPossible(str(error)) from error
    _handled(locked, acting_user, "erasure")
    detail = {"erasure": locked.erasure.pk}
    _record("subject_request_erasure_begun", locked, acting_user, **detail)
    return locked.erasure


def _whom(request: SubjectRequest) -> Person:
    """Whom it is about. An account that is nobody's becomes a person's, so that it is erased with them."""
    account = request.account
    if account is None:
        if request.person is None:
            raise NotPossible("It is linked to nobody who is known here: nothing is held.")
        return request.person
    if account.person is None:
        account.person = Person.objects.create(name=account.name)
        account.save(update_fields=["person"])
    return account.person


@transaction.atomic
def take(*, request: SubjectRequest, acting_user: User) -> None:
    """That the copy is downloaded now, on record. Raises NotPossible and TooOften."""
    locked = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    now = clock.now()
    if locked.entered_by is not None:
        if why := why_not_handed_over(locked, acting_user):
            raise NotPossible(why)
        if locked.handled_by_id != acting_user.pk:
            raise NotPossible(
                "Whoever handed it over downloads it: hand it over yourself first, or ask them."
            )
    if locked.available_until is None or now >= locked.available_until:
        raise NotPossible("The copy is not available, or not any more. Ask for a new one.")
    if locked.downloaded_at is not None and now - locked.downloaded_at < BETWEEN_DOWNLOADS:
        raise TooOften(BETWEEN_DOWNLOADS)
    locked.downloaded_at = now
    locked.save(update_fields=["downloaded_at"])
    _record("subject_access_downloaded", locked, acting_user)


def _open(request: SubjectRequest) -> SubjectRequest:
    """Locked. Raises NotPossible where it is closed."""
    locked = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if locked.outcome or (locked.erasure and locked.erasure.finished_at):
        raise NotPossible("The request is closed.")
    return locked


def _said(text: str) -> str:
    if not text.strip():
        raise NotPossible("Say it in words: whoever asked reads them.")
    return text.strip()


def _close(
    request: SubjectRequest, outcome: Outcome, text: str, acting_user: User | None = None
) -> None:
    request.outcome, request.outcome_text, request.closed_at = outcome, text, clock.now()
    request.handled_by = acting_user or request.handled_by
    request.save(update_fields=["outcome", "outcome_text", "closed_at", "handled_by"])


def _handled(request: SubjectRequest, acting_user: User, *fields: str) -> None:
    request.handled_by = acting_user
    request.save(update_fields=[*fields, "handled_by"])


def _call_off(erasure: Erasure | None, acting_user: User) -> None:
    """Raises NotPossible."""
    if erasure is None:
        return
    try:
        erasures.call_off(erasure=erasure, acting_user=acting_user)
    except erasures.ErasureRefused as error:
        raise NotPossible(str(error)) from error


def _record(name: str, request: SubjectRequest, actor: User, **detail: object) -> None:
    record(name=name, actor=actor, subject=request, detail=detail or None)


def available(request: SubjectRequest, *, now: datetime) -> bool:
    return request.available_until is not None and now < request.available_until
