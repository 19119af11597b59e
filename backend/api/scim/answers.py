"""What every request goes through: who asks, what is in the body, one transaction, and SCIM's own shape of errors."""

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError
from scim2_models import (
    Context,
    Error,
    ForbiddenException,
    InvalidSyntaxException,
    InvalidValueException,
    PayloadTooLargeException,
    SCIMException,
    UniquenessException,
)

from backend.accounts.directory import NotAllowed
from backend.accounts.models import ScimToken
from backend.accounts.scim_tokens import use_scim_token
from backend.api.scim.filters import is_storable
from backend.api.scim.resources import SERVICE
from backend.audit.events import record
from backend.people.directory import Taken
from backend.people.store import InvalidTeam

CONTENT_TYPE: Final = "application/scim+json"
_TAKEN: Final = frozenset({CONTENT_TYPE, "application/json"})
_SCHEME: Final = "bearer"
_REFUSALS: Final = 20
"""Bad tokens of one address that are answered, and recorded, in `_WINDOW` seconds."""
_WINDOW: Final = 300

View = Callable[..., HttpResponse]


class Refused(Exception):
    """An answer that is no success and has no name in the library."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def endpoint(**methods: View) -> View:
    """A view with a function for each method, which takes the request and the address's parts."""

    @csrf_exempt
    @never_cache
    @functools.wraps(next(iter(methods.values())))
    def view(request: HttpRequest, **parts: str) -> HttpResponse:
        try:
            request.scim_token = _token(request)  # type: ignore[attr-defined]
            with SERVICE, transaction.atomic():
                return _method(request, methods)(request, **parts)
        except _EXPECTED as error:
            return _refusal(error)

    return view


def told_by(request: HttpRequest) -> str:
    """Who says so, for the record."""
    token: ScimToken = request.scim_token  # type: ignore[attr-defined] # set by `endpoint`
    return f"SCIM token {token}"


def body(request: HttpRequest) -> dict[str, Any]:
    """Raises SCIMException and Refused."""
    if request.content_type not in _TAKEN:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send {CONTENT_TYPE}.")
    try:
        told = json.loads(request.body, parse_constant=_no_number)
    except RequestDataTooBig as error:
        raise PayloadTooLargeException(detail="At most 1 MB is taken.") from error
    except (ValueError, RecursionError) as error:
        raise InvalidSyntaxException(detail="This is no JSON.") from error
    if not isinstance(told, dict):
        raise InvalidSyntaxException(detail="The body must be an object.")
    if not all(is_storable(text) for text in _texts(told)):
        raise InvalidValueException(detail="A text contains a character that cannot be stored.")
    return told


def answer(
    told: dict[str, Any] | None,
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    content = b"" if told is None else json.dumps(told).encode()
    response = HttpResponse(content, status=status, content_type=CONTENT_TYPE, headers=headers)
    if told is None:
        del response["Content-Type"]
    return response


def _method(request: HttpRequest, methods: Mapping[str, View]) -> View:
    """Raises Refused."""
    name = "get" if request.method == "HEAD" else (request.method or "").lower()
    if name not in methods:
        allowed = ", ".join(sorted(one.upper() for one in methods))
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, f"Allowed here: {allowed}.", Allow=allowed)
    return methods[name]


_EXPECTED: Final = (
    *(Refused, SCIMException, ValidationError),
    *(NotAllowed, Taken, InvalidTeam, IntegrityError),
)
_NAMED: Final[Mapping[type[Exception], type[SCIMException]]] = {
    NotAllowed: ForbiddenException,
    Taken: UniquenessException,
    InvalidTeam: InvalidValueException,
}


def _refusal(error: Exception) -> HttpResponse:
    match error:
        case Refused():
            return _error(Error(status=error.status, detail=str(error)), error.headers)
        case SCIMException():
            return _error(error.to_error())
        case ValidationError():
            return _error(Error.from_validation_errors(error)[0])
        case IntegrityError():
            detail = "Somebody else made the same at this moment: read it and try again."
            return _error(UniquenessException(detail=detail).to_error())
    return _error(_NAMED[type(error)](detail=str(error)).to_error())


def _error(error: Error, headers: Mapping[str, str] | None = None) -> HttpResponse:
    told = error.model_dump(scim_ctx=Context.DEFAULT)
    return answer(told, int(error.status or HTTPStatus.BAD_REQUEST), headers)


def _token(request: HttpRequest) -> ScimToken:
    """Raises Refused. A good token is never slowed down by others' bad ones."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = use_scim_token(token.strip()) if scheme.lower() == _SCHEME else None
    if found is not None:
        return found
    key = f"scim-refusals:{get_adapter().get_client_ip(request)}"
    cache.add(key, 0, timeout=_WINDOW)
    if cache.incr(key) > _REFUSALS:
        raise Refused(
            HTTPStatus.TOO_MANY_REQUESTS,
            "Too many requests without a good token. Wait five minutes.",
            Retry_After=str(_WINDOW),
        )
    record(name="scim_token_refused")
    raise Refused(
        HTTPStatus.UNAUTHORIZED,
        "There is no SCIM token, or it is unknown, revoked or expired. An owner makes one in Administration.",
        WWW_Authenticate="Bearer",
    )


def _texts(told: object) -> Iterator[str]:
    waiting: list[object] = [told]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one


def _no_number(name: str) -> None:
    raise ValueError(name)
