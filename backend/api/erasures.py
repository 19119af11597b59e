"""Erasures: asked for by one person, approved by another. Whoever reads the administration sees them."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from backend.accounts import access
from backend.accounts.models import User
from backend.accounts.sessions import recently_proven
from backend.api import erasure_schemas as shapes
from backend.api import schemas
from backend.api.errors import ERRORS, Refused
from backend.api.export import downloads, file
from backend.api.people_schemas import Paged
from backend.api.rules import ADMINISTERS, READS_PEOPLE, caller
from backend.api.scoped import names_for_reader, searched
from backend.audit import documents, hourly
from backend.audit.models import SignedDocument
from backend.governance import erasures, subjects, two_people
from backend.governance.models import Erasure
from backend.people.names import Names
from backend.pipeline import bell

router = Router(tags=["governance"])


@router.get(
    "/erasures",
    response={200: shapes.Erasures, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="erasures",
)
def list_erasures(request: HttpRequest, filters: Query[Paged]) -> shapes.Erasures:
    found, why_not = erasures.listed(), two_people.why_not_begun(caller(request))
    return shapes.Erasures(
        items=_told(filters.shown(found), caller(request)),
        may_ask=access.may_administer(caller(request)) and why_not is None,
        why_not_asked=why_not,
        **filters.counts(found),
    )


@router.get(
    "/erasures/subjects",
    response={200: shapes.ErasureSubjects, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="erasure_subjects",
)
def list_subjects(
    request: HttpRequest, filters: Query[shapes.ErasureSubjectFilters]
) -> shapes.ErasureSubjects:
    """What can be erased, by parts of its name."""
    if filters.kind == "person":
        hourly.note(name="people_read", actor=caller(request))
    found = subjects.found(
        kind=filters.kind,
        search=searched(filters.search),
        names=names_for_reader(caller(request)),
    )
    return shapes.ErasureSubjects(
        items=[shapes.ErasureSubject(id=pk, name=name) for pk, name in found]
    )


@router.get(
    "/erasures/preview",
    response={200: shapes.ErasurePreview, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="erasure_preview",
)
def preview(
    request: HttpRequest, filters: Query[shapes.ErasurePreviewFilters]
) -> shapes.ErasurePreview:
    """What would go, by table and count. Nothing is asked for by this."""
    user = caller(request)
    with _refusing():
        name, rows = erasures.preview(
            kind=filters.kind, subject_id=filters.subject, mode=filters.mode
        )
    if filters.kind == "person":
        name = names_for_reader(user).of(name, person=filters.subject) or ""
    return shapes.ErasurePreview(
        name=name,
        tables=_rows(rows),
        rows=sum(rows.values()),
        stays=subjects.STAYS[filters.kind],
        approvers=erasures.approvers(
            kind=filters.kind,
            subject_id=filters.subject,
            asked_by=user,
            among=list(two_people.others(None)),
        ),
    )


@router.post(
    "/erasures",
    response={200: shapes.Erasure, ERRORS | {409}: schemas.Error},
    auth=ADMINISTERS,
    operation_id="ask_for_erasure",
)
def ask(request: HttpRequest, asked: shapes.ErasureRequest) -> shapes.Erasure:
    """Ask for an erasure. Nothing goes before a second person has approved it."""
    _confirmed(request)
    with _refusing():
        erasure = erasures.ask(
            kind=asked.kind,
            subject_id=asked.subject,
            mode=asked.mode,
            reason=asked.reason,
            acting_user=caller(request),
        )
    return _one(erasure.pk, request)


@router.get(
    "/erasures/{int:erasure_id}",
    response={200: shapes.Erasure, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="erasure",
)
def one_erasure(request: HttpRequest, erasure_id: int) -> shapes.Erasure:
    return _one(erasure_id, request)


@router.post(
    "/erasures/{int:erasure_id}/approve",
    response={200: shapes.Erasure, ERRORS | {409}: schemas.Error},
    auth=ADMINISTERS,
    operation_id="approve_erasure",
)
def approve(request: HttpRequest, erasure_id: int) -> shapes.Erasure:
    """Begin, by the word of somebody else than who asked."""
    _confirmed(request)
    return _do(erasures.approve, erasure_id, request)


@router.post(
    "/erasures/{int:erasure_id}/refuse",
    response={200: shapes.Erasure, ERRORS | {409}: schemas.Error},
    auth=ADMINISTERS,
    operation_id="refuse_erasure",
)
def refuse(request: HttpRequest, erasure_id: int) -> shapes.Erasure:
    """Refuse it or, where one asked for it oneself, withdraw it: until it has started."""
    return _do(erasures.refuse, erasure_id, request)


@router.post(
    "/erasures/{int:erasure_id}/retry",
    response={200: shapes.Erasure, ERRORS | {409}: schemas.Error},
    auth=ADMINISTERS,
    operation_id="retry_erasure",
)
def retry(request: HttpRequest, erasure_id: int) -> shapes.Erasure:
    """Go on with one that is parked."""
    return _do(erasures.retry, erasure_id, request)


@router.post(
    "/erasures/{int:erasure_id}/lift",
    response={200: shapes.Erasure, ERRORS | {409}: schemas.Error},
    auth=ADMINISTERS,
    operation_id="lift_erasure",
)
def lift(request: HttpRequest, erasure_id: int) -> shapes.Erasure:
    """Let what was erased be collected again, on purpose."""
    _confirmed(request)
    return _do(erasures.lift, erasure_id, request)


@router.get(
    "/erasures/{int:erasure_id}/certificate",
    response={200: shapes.ErasureCertificate, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="erasure_certificate",
)
def certificate(request: HttpRequest, erasure_id: int) -> shapes.ErasureCertificate:  # noqa: ARG001 - ninja's signature
    """What went, by table and count, as the appliance signed it."""
    document = _document(erasure_id)
    content = json.loads(document.content)
    signature = document.signature
    return shapes.ErasureCertificate(
        erasure=erasure_id,
        content=content,
        text=document.content,
        signature=None if signature is None else bytes(signature).hex(),
        key_id=document.key_id,
        signed_at=document.signed_at,
        in_no_backup_after=content.get("in_no_backup_after"),
    )


@router.get(
    "/erasures/{int:erasure_id}/certificate.json",
    response={ERRORS | {409}: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="erasure_certificate_json",
    openapi_extra=downloads("application/json"),
)
def certificate_json(request: HttpRequest, erasure_id: int) -> HttpResponse:  # noqa: ARG001 - as above
    """As a file that anybody can check, by `scripts/verify-audit --document`."""
    try:
        text = documents.portable(_document(erasure_id))
    except documents.Unsigned as error:
        raise Refused(409, "not_signed", str(error), "Try again in a moment.") from error
    name = f"certificate-of-erasure-{erasure_id}.json"
    return file(text, kind="application/json", name=name)


def _document(erasure_id: int) -> SignedDocument:
    found = get_object_or_404(Erasure.objects.select_related("certificate"), pk=erasure_id)
    if found.certificate is None:
        raise Http404
    return found.certificate


def _confirmed(request: HttpRequest) -> None:
    """Raises Refused where it is too long ago that the caller has shown who they are."""
    methods = get_adapter(request).get_reauthentication_methods(caller(request))
    if methods and not (recently_proven(request) or did_recently_reauthenticate(request)):
        raise Refused(
            409,
            "confirm_yourself",
            "Confirm that it is you first.",
            "Confirm under “Confirm that it is you”, then do this again.",
        )


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except LookupError as error:
        raise Http404 from error
    except erasures.ErasureRefused as error:
        raise Refused(409, "refused", str(error), None) from error


def _do(
    act: Callable[..., None],
    erasure_id: int,
    request: HttpRequest,
) -> shapes.Erasure:
    with _refusing():
        act(erasure=get_object_or_404(Erasure, pk=erasure_id), acting_user=caller(request))
    transaction.on_commit(lambda: bell.ring(bell.ERASE))
    return _one(erasure_id, request)


def _one(erasure_id: int, request: HttpRequest) -> shapes.Erasure:
    (told,) = _told([get_object_or_404(erasures.listed(), pk=erasure_id)], caller(request))
    return told


def _told(found: list[Erasure], user: User) -> list[shapes.Erasure]:
    names, lifted = names_for_reader(user), erasures.lifted(found)
    deciders = list(two_people.others(None))
    return [_erasure(one, user, names, deciders, is_lifted=one.pk in lifted) for one in found]


def _erasure(
    one: Erasure, user: User, names: Names, deciders: Collection[User], *, is_lifted: bool
) -> shapes.Erasure:
    state, acts = erasures.state_of(one), access.may_administer(user)
    why_not = erasures.why_not_approved(one, user)
    name: str | None = one.subject_name or None
    if one.kind == Erasure.Kind.PERSON:
        name = names.of(name, person=one.subject_id)
    return shapes.Erasure(
        id=one.pk,
        kind=one.kind,  # type: ignore[arg-type] # one of the model's own choices
        mode=one.mode,  # type: ignore[arg-type] # as above
        name=name,
        subject=one.subject_id,
        reason=one.reason or None,
        state=state,
        asked=_by(one.asked_by, one.asked_at, names),
        approved=_decision(one.approved_by, one.approved_at, names),
        refused=_decision(one.refused_by, one.refused_at, names),
        started_at=one.started_at,
        finished_at=one.finished_at,
        expected=_rows(one.preview),
        done=_rows(one.done),
        rows_expected=sum(one.preview.values()),
        rows_done=sum(one.done.values()),
        problem=erasures.problem(one),
        has_certificate=one.certificate_id is not None,
        lifted=is_lifted,
        may_approve=acts and state == "asked" and why_not is None,
        why_not_approved=why_not if acts and state == "asked" else None,
        may_refuse=acts and state in {"asked", "approved"},
        may_retry=acts and state == "parked",
        may_lift=acts and state == "finished" and one.kind in erasures.LIFTED and not is_lifted,
        approvers=erasures.approvers(
            kind=one.kind, subject_id=one.subject_id, asked_by=one.asked_by, among=deciders
        ),
        is_own=erasures.is_own(one, user),
    )


def _decision(by: User | None, at: datetime | None, names: Names) -> shapes.ErasureDecision | None:
    return None if at is None else _by(by, at, names)


def _by(who: User | None, at: datetime, names: Names) -> shapes.ErasureDecision:
    if who is None:
        return shapes.ErasureDecision(by=None, at=at)
    told = names.of_account(who.email, account=who.pk, person=who.person_id)
    return shapes.ErasureDecision(by=told, at=at)


def _rows(counts: Mapping[str, int]) -> list[shapes.ErasedRows]:
    most_first = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [shapes.ErasedRows(table=table, rows=rows) for table, rows in most_first]
