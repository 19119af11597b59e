"""Self-assessments against OWASP ASVS 4.0.3, and what shows that promises are kept. Auditors read them."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from pydantic import Field

from backend import clock
from backend.accounts import access
from backend.api import schemas
from backend.api.errors import ERRORS, Refused
from backend.api.export import downloads, file
from backend.api.rules import ADMINISTERS, READS_ADMINISTRATION, caller
from backend.audit import documents
from backend.governance.asvs import assessing, looks, schedule
from backend.governance.asvs.promises import promises
from backend.governance.models import Assessment, AssessmentFile
from backend.pipeline import bell

router = Router(tags=["governance"])
SHOWN = 50
_TYPES = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
}

Word = Literal["pass", "fail", "not shown", "manual", "not applicable"]


class AssessmentProof(Schema):
    source: Literal["live", "host", "build"] = Field(
        description="Looked at from inside or by the host, or ran when the release was built."
    )
    name: str
    is_good: bool | None = Field(description="Null: it was not seen.")
    found: str


class AssessedRequirement(Schema):
    id: str
    chapter: str
    section: str
    level: int
    cwe: str | None
    text: str
    verdict: Word
    says: str = Field(description="How it is met.")
    reason: str | None = Field(description="Why it is not met, or not shown.")
    todo: str | None
    stated: date | None = Field(description="Of a manual one: when people looked at it last.")
    document: str | None
    proofs: list[AssessmentProof]


class AssessedPromise(Schema):
    key: str
    promise: str
    how: str
    verdict: Word | None = Field(description="Null: nothing was assessed yet.")
    reason: str | None
    todo: str | None
    proofs: list[AssessmentProof]


class AssessmentListed(Schema):
    number: int
    cause: Literal["demand", "schedule", "command"]
    asked_at: datetime
    finished_at: datetime | None = Field(description="Null: it waits, or is being made.")
    failed: bool
    error: str | None
    counts: dict[str, int] = Field(description="Requirements by verdict; empty until it is made.")
    is_signed: bool


class Assessments(Schema):
    items: list[AssessmentListed] = Field(description="The newest first.")
    statement: str
    next_due: date
    may_ask: bool
    host_looked_at: datetime | None
    why_no_evidence: str | None = Field(
        description="Why results of the build's tests count for nothing; null: they count."
    )


class VerdictChange(Schema):
    id: str
    was: Word | None
    now: Word


class AssessmentRead(AssessmentListed):
    assessed_at: datetime
    running: str | None = Field(description="The release; null: built here.")
    host_looked_at: datetime | None
    build_made_at: datetime | None
    why_no_evidence: str | None
    compared_with: int | None
    changes: list[VerdictChange]
    requirements: list[AssessedRequirement]


class Promises(Schema):
    assessed_at: datetime | None
    number: int | None
    items: list[AssessedPromise]


@router.get(
    "/assessments",
    response={200: Assessments, ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="assessments",
)
def list_assessments(request: HttpRequest) -> Assessments:
    found = Assessment.objects.select_related("document").defer("document__content")
    look = looks.latest()
    return Assessments(
        items=[AssessmentListed(**_listed(one)) for one in found.order_by("-pk")[:SHOWN]],
        statement=assessing.STATEMENT,
        next_due=schedule.next_due(clock.now().date()),
        may_ask=access.may_administer(caller(request)),
        host_looked_at=look.looked_at if look else None,
        why_no_evidence=looks.why_no_evidence(look) or None,
    )


@router.post(
    "/assessments",
    response={200: AssessmentListed, ERRORS: schemas.Error, 409: schemas.Error},
    auth=ADMINISTERS,
    operation_id="ask_for_assessment",
)
def ask(request: HttpRequest) -> AssessmentListed:
    """Have one made now; the worker does, within a minute."""
    try:
        asked = assessing.ask(cause=Assessment.Cause.DEMAND, by=caller(request))
    except assessing.AlreadyAsked as error:
        raise Refused(
            409, "already_asked", "One is being made already.", "Wait until it is there."
        ) from error
    bell.ring(bell.ASSESS)
    return AssessmentListed(**_listed(asked))


@router.get(
    "/assessments/promises",
    response={200: Promises, ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="promises",
)
def list_promises(request: HttpRequest) -> Promises:  # noqa: ARG001 - ninja's signature
    """What is promised, each with what shows it and how that came out when it was assessed last."""
    last = assessing.last_made()
    told = assessing.content_of(last) if last else {"promises": [], "assessed_at": None}
    judged = {one["key"]: one for one in told["promises"]}
    return Promises(
        assessed_at=told["assessed_at"],
        number=last.pk if last else None,
        items=[
            AssessedPromise(
                key=one.key, promise=one.says, how=one.how, **_judged(judged.get(one.key))
            )
            for one in promises()
        ],
    )


@router.get(
    "/assessments/{int:number}",
    response={200: AssessmentRead, ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="assessment",
)
def read(request: HttpRequest, number: int) -> AssessmentRead:  # noqa: ARG001 - ninja's signature
    one = _made(number)
    told = assessing.content_of(one)
    before = told["compared_with"]
    return AssessmentRead(
        **_listed(one),
        **{name: told[name] for name in ("assessed_at", "running", "host_looked_at")},
        changes=[
            VerdictChange(id=one["id"], was=one["was"], now=one["is"]) for one in told["changes"]
        ],
        build_made_at=told["evidence"]["made"],
        why_no_evidence=told["evidence"]["reason"],
        compared_with=before["number"] if before else None,
        requirements=[
            AssessedRequirement(**requirement | _judged(requirement))
            for requirement in told["requirements"]
        ],
    )


@router.get(
    "/assessments/{int:number}/report.json",
    response={ERRORS | {409}: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="assessment_json",
    openapi_extra=downloads("application/json"),
)
def signed(request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG001 - as above
    """All of it with its signature, which `scripts/verify-audit --document` checks."""
    one = _made(number)
    try:
        text = documents.portable(one.document) if one.document else ""
    except documents.Unsigned as error:
        raise Refused(409, "not_signed", str(error), "Try again in a moment.") from error
    return file(text, kind="application/json", name=_name(number, "json"))


@router.get(
    "/assessments/{int:number}/report.{kind}",
    response={ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="assessment_report",
    openapi_extra=downloads(*(kind.partition(";")[0] for kind in _TYPES.values())),
)
def report(
    request: HttpRequest,  # noqa: ARG001 - as above
    number: int,
    kind: Literal["html", "pdf", "csv"],
) -> HttpResponse:
    """As it was made; the signed document has its SHA-256."""
    found = get_object_or_404(AssessmentFile, assessment=_made(number), kind=kind)
    return file(bytes(found.content), kind=_TYPES[kind], name=_name(number, kind))


def _made(number: int) -> Assessment:
    found = get_object_or_404(Assessment.objects.select_related("document"), pk=number)
    if found.document is None or found.document.kind != assessing.KIND:
        raise Http404
    return found


def _name(number: int, kind: str) -> str:
    return f"plumbline-asvs-self-assessment-{number}.{kind}"


def _listed(one: Assessment) -> dict[str, Any]:
    return {
        "number": one.pk,
        "cause": one.cause,
        "asked_at": one.asked_at,
        "finished_at": one.finished_at,
        "failed": one.finished_at is not None and one.document is None,
        "error": one.last_error or None,
        "counts": one.counts,
        "is_signed": one.document is not None and one.document.signature is not None,
    }


def _judged(told: dict[str, Any] | None) -> dict[str, Any]:
    if told is None:
        return {"verdict": None, "reason": None, "todo": None, "proofs": []}
    proofs = [
        {"source": one["from"], **{n: one[n] for n in ("name", "is_good", "found")}}
        for one in told["proofs"]
    ]
    return {**{name: told[name] for name in ("verdict", "reason", "todo")}, "proofs": proofs}
