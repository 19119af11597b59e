"""People's own data: what is held, what they ask for, and how administrators answer.

For sessions alone. Everybody asks for themselves; administrators handle, and auditors look on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Query, Router

from backend import clock
from backend.accounts import access
from backend.accounts.models import User
from backend.api import request_schemas as shapes
from backend.api import schemas
from backend.api.errors import ERRORS, Refused
from backend.api.export import streamed
from backend.api.rules import ADMINISTERS, ANYONE_SIGNED_IN, READS_PEOPLE, caller
from backend.api.scoped import names_for_reader
from backend.governance import access_export, requests, two_people
from backend.governance.erasing.person_requests import TEXTS
from backend.governance.held import Subject
from backend.governance.models import Erasure, SubjectRequest
from backend.people.models import Person
from backend.people.names import Names

router = Router(tags=["requests of people"])
_LEFT_OUT = (
    "What was typed is left out, since people are called by pseudonyms here and words can name them. "
    "Administration has it."
)
_ANSWERS: Any = {ERRORS: schemas.Error, 409: schemas.Error, 429: schemas.Error}


@router.get(
    "/your-data",
    response={200: shapes.YourData, ERRORS: schemas.Error},
    auth=ANYONE_SIGNED_IN,
    operation_id="your_data",
)
def your_data(request: HttpRequest) -> shapes.YourData:
    """How much is held about whoever asks, what for, and what they asked for."""
    user = caller(request)
    return shapes.YourData(
        linked=user.person_id is not None,
        categories=_held(_subject(user, None)),
        requests=[shapes.OwnRequest(**_own(one)) for one in _of(user).order_by("-pk")],
    )


@router.post(
    "/your-data/requests",
    response={200: shapes.OwnRequest, **_ANSWERS},
    auth=ANYONE_SIGNED_IN,
    operation_id="ask_about_your_data",
)
def ask(request: HttpRequest, wish: shapes.Wish) -> shapes.OwnRequest:
    with _refusing():
        made = requests.ask(
            kind=wish.kind, text=wish.text, mode=wish.mode or "", acting_user=caller(request)
        )
    return shapes.OwnRequest(**_own(_of(caller(request)).get(pk=made.pk)))


@router.post(
    "/your-data/requests/{int:request_id}/withdraw",
    response={200: shapes.OwnRequest, **_ANSWERS},
    auth=ANYONE_SIGNED_IN,
    operation_id="withdraw_request",
)
def withdraw(request: HttpRequest, request_id: int) -> shapes.OwnRequest:
    own = get_object_or_404(_of(caller(request)), pk=request_id)
    with _refusing():
        requests.withdraw(request=own, acting_user=caller(request))
    return shapes.OwnRequest(**_own(_of(caller(request)).get(pk=own.pk)))


@router.get(
    "/your-data/requests/{int:request_id}/copy",
    response={200: None, **_ANSWERS},
    auth=ANYONE_SIGNED_IN,
    operation_id="download_your_data",
)
def download_own(request: HttpRequest, request_id: int) -> StreamingHttpResponse:
    """A ZIP with JSON and a readable page."""
    return _download(get_object_or_404(_of(caller(request)), pk=request_id), caller(request))


@router.get(
    "/subject-requests",
    response={200: shapes.SubjectRequests, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="subject_requests",
)
def list_requests(
    request: HttpRequest, filters: Query[shapes.RequestFilters]
) -> shapes.SubjectRequests:
    """What is open by its due day, what is closed by when."""
    found = requests.requests()
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.show == "open":
        found = found.filter(pk__in=requests.under_way()).order_by("due_on", "pk")
    elif filters.show == "closed":
        found = found.exclude(pk__in=requests.under_way()).order_by(F("ended_at").desc(), "-pk")
    else:
        found = found.order_by("-pk")
    names, today = names_for_reader(caller(request)), requests.today()
    return shapes.SubjectRequests(
        items=[
            shapes.SubjectRequest(**_handled(one, names, today)) for one in filters.shown(found)
        ],
        **filters.counts(found),
        timings=shapes.Timings(**requests.timings()),
        may_handle=access.may_administer(caller(request)),
        why_not_entered=two_people.why_not_begun(caller(request)),
    )


@router.post(
    "/subject-requests",
    response={200: shapes.SubjectRequestDetail, **_ANSWERS},
    auth=ADMINISTERS,
    operation_id="enter_subject_request",
)
def enter(request: HttpRequest, letter: shapes.Letter) -> shapes.SubjectRequestDetail:
    """One that came by letter."""
    person = None if letter.person is None else get_object_or_404(Person, pk=letter.person)
    with _refusing():
        made = requests.enter(
            kind=letter.kind,
            who=letter.who,
            person=person,
            asked_on=letter.asked_on,
            identity_checked=letter.identity_checked,
            text=letter.text,
            mode=letter.mode or "",
            acting_user=caller(request),
        )
    return _detail(request, made.pk)


@router.get(
    "/subject-requests/{int:request_id}",
    response={200: shapes.SubjectRequestDetail, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="subject_request",
)
def read(request: HttpRequest, request_id: int) -> shapes.SubjectRequestDetail:
    """With what the copy would hold, by number of rows."""
    return _detail(request, request_id)


@router.post(
    "/subject-requests/{int:request_id}/extend",
    response={200: shapes.SubjectRequestDetail, **_ANSWERS},
    auth=ADMINISTERS,
    operation_id="extend_subject_request",
)
def extend(
    request: HttpRequest, request_id: int, said: shapes.Reason
) -> shapes.SubjectRequestDetail:
    """By two months, once, for a reason that whoever asked is told."""
    return _act(request, request_id, requests.extend, reason=said.reason)


@router.post(
    "/subject-requests/{int:request_id}/refuse",
    response={200: shapes.SubjectRequestDetail, **_ANSWERS},
    auth=ADMINISTERS,
    operation_id="refuse_subject_request",
)
def refuse(
    request: HttpRequest, request_id: int, said: shapes.Reason
) -> shapes.SubjectRequestDetail:
    """For a reason that whoever asked is told, with where they can complain."""
    return _act(request, request_id, requests.refuse, reason=said.reason)


@router.post(
    "/subject-requests/{int:request_id}/fulfil",
    response={200: shapes.SubjectRequestDetail, **_ANSWERS},
    auth=ADMINISTERS,
    operation_id="fulfil_subject_request",
)
def fulfil(request: HttpRequest, request_id: int, said: shapes.Done) -> shapes.SubjectRequestDetail:
    """By something that was done elsewhere: whoever asked is told what."""
    return _act(request, request_id, requests.fulfil, done=said.done)


@router.post(
    "/subject-requests/{int:request_id}/hand-over",
    response={200: shapes.SubjectRequestDetail, **_ANSWERS},
    auth=ADMINISTERS,
    operation_id="hand_over_subject_access",
)
def hand_over(request: HttpRequest, request_id: int) -> shapes.SubjectRequestDetail:
    """Whoever asked can download their copy from now on."""
    return _act(request, request_id, requests.hand_over)


@router.post(
    "/subject-requests/{int:request_id}/erase",
    response={200: shapes.SubjectRequestDetail, **_ANSWERS},
    auth=ADMINISTERS,
    operation_id="erase_for_subject_request",
)
def erase(
    request: HttpRequest, request_id: int, wish: shapes.ToErase
) -> shapes.SubjectRequestDetail:
    """Ask for the erasure, which somebody else has to approve."""
    return _act(request, request_id, requests.erase, mode=wish.mode, reason=wish.reason)


@router.get(
    "/subject-requests/{int:request_id}/copy",
    response={200: None, **_ANSWERS},
    auth=ADMINISTERS,
    operation_id="download_subject_access",
)
def download(request: HttpRequest, request_id: int) -> StreamingHttpResponse:
    """Of somebody without an account, for the administrator who handed it over and sends it to them.

    Never for who entered the request, by whatever account: that takes two people.
    """
    found = get_object_or_404(requests.requests(), pk=request_id, entered_by__isnull=False)
    return _download(found, caller(request))


def _download(found: SubjectRequest, user: User) -> StreamingHttpResponse:
    with _refusing():
        requests.take(request=found, acting_user=user)
    whose = found.account.email if found.account else found.who
    pieces = access_export.export(_subject(found.account, found.person), whose=whose)
    return streamed(pieces, kind="application/zip", name=f"your-data-{requests.today()}.zip")


def _act(
    request: HttpRequest, key: int, verb: Callable[..., object], **said: object
) -> shapes.SubjectRequestDetail:
    found = get_object_or_404(SubjectRequest, pk=key)
    with _refusing():
        verb(request=found, acting_user=caller(request), **said)
    return _detail(request, key)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except requests.NotPossible as error:
        raise Refused(409, "not_possible", str(error), None) from error
    except requests.TooOften as error:
        wait = error.retry_after
        raise Refused(
            429, "too_often", "That is too often.", "Try again later.", retry_after=wait
        ) from error


def _of(user: User) -> QuerySet[SubjectRequest]:
    return requests.requests().filter(account=user)


def _subject(account: User | None, person: Person | None) -> Subject:
    if account is None:
        return Subject(account=None, person=person.pk if person else None)
    return Subject(account=account.pk, person=account.person_id)


def _held(subject: Subject) -> list[shapes.HeldCategory]:
    return [
        shapes.HeldCategory(
            key=category.key,
            name=category.name,
            purpose=category.purpose,
            source=category.source,
            kept=category.kept,
            rows=sum(number for _, number in sections),
            tables=[
                shapes.HeldKind(title=section.title, rows=number)
                for section, number in sections
                if number
            ],
        )
        for category, sections in access_export.categories(access_export.counts(subject))
    ]


def _own(one: SubjectRequest) -> dict[str, Any]:
    stands = _erasure(one.erasure)
    return {
        "id": one.pk,
        "kind": one.kind,
        "state": one.state,  # type: ignore[attr-defined] # annotated by requests.requests
        "mode": one.mode or None,
        "text": one.text or None,
        "asked_on": one.asked_on,
        "due_on": one.due_on,
        "ended_at": one.ended_at,  # type: ignore[attr-defined] # as above
        "extension_reason": one.extension_reason or None,
        "outcome_text": one.outcome_text or None,
        "available_until": one.available_until
        if requests.available(one, now=clock.now())
        else None,
        "erasure": stands,
        "may_withdraw": one.outcome == "" and stands not in {"approved", "finished"},
    }


def _erasure(erasure: Erasure | None) -> str | None:
    if erasure is None:
        return None
    for moment, name in (("refused_at", "refused"), ("finished_at", "finished")):
        if getattr(erasure, moment):
            return name
    return "approved" if erasure.approved_at else "asked"


def _handled(one: SubjectRequest, names: Names, today: date) -> dict[str, Any]:
    own = _own(one)
    is_open = own["ended_at"] is None
    typed = own.keys() & {*TEXTS}
    left_out = names.are_pseudonyms and any(own[text] for text in typed)
    if names.are_pseudonyms:
        own |= dict.fromkeys(typed)
    return own | {
        "words_left_out": _LEFT_OUT if left_out else None,
        "who": _who(one, names),
        "by_letter": one.entered_by_id is not None,
        "timing": requests.timing(one.due_on, today=today) if is_open else None,
        "days_left": (one.due_on - today).days if is_open else None,
        "handled_by": _account(one.handled_by, names),
    }


def _who(one: SubjectRequest, names: Names) -> str:
    if one.account:
        return _account(one.account, names) or ""
    if one.person and names.are_pseudonyms:
        return names.of(str(one.person), person=one.person.pk) or ""
    return names.of(one.who or None) or "Somebody who was erased"


def _account(user: User | None, names: Names) -> str | None:
    if user is None:
        return None
    told = user.get_full_name() or user.email
    return names.of_account(told, account=user.pk, person=user.person_id)


def _detail(request: HttpRequest, key: int) -> shapes.SubjectRequestDetail:
    user = caller(request)
    one = get_object_or_404(requests.requests(), pk=key)
    names = names_for_reader(user)
    handles = access.may_administer(user)
    available = requests.available(one, now=clock.now())
    why_not = requests.why_not_handed_over(one, user) if handles else None
    is_theirs = one.entered_by_id is not None and one.handled_by_id == user.pk
    return shapes.SubjectRequestDetail(
        **_handled(one, names, requests.today()),
        known=one.account is not None or one.person is not None,
        identity_checked=None if names.are_pseudonyms else one.identity_checked or None,
        record=reverse("admin:governance_subjectrequest_change", args=[one.pk]),
        entered_at=one.entered_at,
        extended_at=one.extended_at,
        downloaded_at=one.downloaded_at,
        erasure_id=one.erasure_id,
        categories=_held(_subject(one.account, one.person)),
        may_handle=handles,
        may_download=handles and available and is_theirs and why_not is None,
        why_not_handed_over=why_not,
    )


def due(user: User) -> schemas.RequestsDue | None:
    """What an administrator is to be reminded of; None: nothing, or nobody of theirs."""
    if not access.may_administer(user):
        return None
    found = requests.timings()
    soon = found["due_in_7_days"] + found["due_in_2_days"]
    if not soon and not found["overdue"]:
        return None
    return schemas.RequestsDue(soon=soon, overdue=found["overdue"])
