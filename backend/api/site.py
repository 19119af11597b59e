"""The API's one site: its routers, and one shape for every error."""

from django.contrib.auth.decorators import login_required
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from backend.accounts import access
from backend.accounts.models import User
from backend.api import (
    assessments,
    at_rest,
    audit,
    backups,
    completeness,
    deployments,
    erasures,
    incidents,
    inventory,
    investment,
    issue_links,
    issues,
    me,
    outbound,
    people,
    pull_requests,
    requests,
    retention,
    status,
    teams,
    test_results,
    tests,
)
from backend.api.bodies import JsonAlone
from backend.api.errors import Refused, Unprocessable
from backend.api.reference import Reference
from backend.api.rules import ANYONE_KNOWN
from backend.api.schemas import Error
from backend.audit import hourly

api = NinjaAPI(
    title="Plumbline",
    version="1",
    description="Figures of pull requests, deployments, issues, investment and tests, as the pages show them.",
    urls_namespace="api-1",
    docs=Reference(),
    docs_decorator=login_required,
    auth=ANYONE_KNOWN,
    parser=JsonAlone(),
)
api.add_router("", me.router)
api.add_router("", status.router)
api.add_router("", teams.router)
api.add_router("", pull_requests.router)
api.add_router("", deployments.router)
api.add_router("", incidents.router)
api.add_router("", issues.router)
api.add_router("", issue_links.router)
api.add_router("", investment.router)
api.add_router("", tests.router)
api.add_router("", test_results.router)
api.add_router("", completeness.router)
api.add_router("", people.router)
api.add_router("", erasures.router)
api.add_router("", inventory.router)
api.add_router("", at_rest.router)
api.add_router("", requests.router)
api.add_router("", outbound.router)
api.add_router("", retention.router)
api.add_router("", backups.router)
api.add_router("", assessments.router)
api.add_router("", audit.router)


def _answer(request: HttpRequest, status_code: int, error: Error) -> HttpResponse:
    return api.create_response(request, error.model_dump(), status=status_code)


@api.exception_handler(AuthenticationError)
def _not_signed_in(request: HttpRequest, _: AuthenticationError) -> HttpResponse:
    return _answer(
        request,
        401,
        Error(code="not_signed_in", message="You are not signed in.", action="Sign in."),
    )


@api.exception_handler(access.Denied)
def _denied(request: HttpRequest, _: access.Denied) -> HttpResponse:
    if isinstance(request.user, User):
        hourly.note(name="access_denied", actor=request.user)
    return _answer(
        request,
        403,
        Error(
            code="denied",
            message="You may not see this.",
            action="Choose a team of yours, or ask an administrator for access.",
        ),
    )


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, _: Http404) -> HttpResponse:
    return _answer(
        request, 404, Error(code="not_found", message="There is no such thing here.", action=None)
    )


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    told = "; ".join(f"{item['loc'][-1]}: {item['msg']}" for item in error.errors)
    return _unprocessable(request, Unprocessable(told))


@api.exception_handler(Unprocessable)
def _unprocessable(request: HttpRequest, error: Unprocessable) -> HttpResponse:
    return _answer(
        request,
        422,
        Error(code="invalid_query", message=str(error), action="Correct the query and try again."),
    )


@api.exception_handler(Refused)
def _refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    answer = _answer(
        request,
        refused.status,
        Error(code=refused.code, message=refused.message, action=refused.remedy),
    )
    if refused.retry_after is not None:
        answer["Retry-After"] = str(refused.retry_after)
    return answer


@api.exception_handler(OperationalError)
def _busy(request: HttpRequest, _: OperationalError) -> HttpResponse:
    return _answer(
        request,
        503,
        Error(
            code="busy",
            message="The database did not answer in time.",
            action="Try again in a moment, or choose a shorter range.",
        ),
    )


@api.exception_handler(HttpError)
def _other(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Refused):  # by the parser: ninja wraps whatever that raises
        return _refused(request, error.__cause__)
    return _answer(
        request, error.status_code, Error(code="refused", message=error.message, action=None)
    )
