"""What an answer means: a body to go on with, or an error that says what to do."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from backend.sources.errors import (
    CredentialRefused,
    Forbidden,
    NotFound,
    Overloaded,
    Passing,
    SourceError,
    Unprocessable,
)
from backend.sources.limits import rate_limit

_PERMISSIONS: Final = "Give the token the permissions that docs/install.md lists."


@dataclass(frozen=True)
class Answer:
    """`body` is None where `status` is 304: nothing has changed since the entity tag that was given."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def etag(self) -> str:
        return self.headers.get("etag", "")


def of_a_stranger(
    status: int, content: bytes, headers: Mapping[str, str], *, host: str, stranger: str
) -> Answer:
    """What a stranger answers, who keeps a file of the host's. It tells nothing of our token, nor of when the host may
    be asked again. Raises SourceError.
    """
    if status < HTTPStatus.BAD_REQUEST:
        return Answer(status, content, headers)
    if status in {404, 410}:
        raise NotFound(
            f"{stranger} no longer has a file of {host}.",
            "Nothing: it is passed over.",
            permanent=True,
        )
    if status in {408, 429} or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Passing(f"{stranger} answered {status}.", "Nothing is lost; Plumbline tries again.")
    raise Forbidden(
        f"{stranger} does not give a file of {host} ({status}).",
        "Check that a firewall or proxy lets this machine through to where files are kept.",
        permanent=True,
    )


def of_the_source(
    status: int,
    content: bytes,
    headers: Mapping[str, str],
    *,
    host: str,
    is_file: bool,
    unsaid_wait: Callable[[], timedelta],
) -> Answer:
    """What the host itself answers; what is no file is JSON. Raises SourceError."""
    if status == HTTPStatus.UNAUTHORIZED:
        raise CredentialRefused(
            f"{host} does not accept the token.",
            "It may be mistyped, expired or revoked: make a new one and enter it.",
            permanent=True,
        )
    limited = rate_limit(status, content, headers, unsaid=unsaid_wait)
    if limited:
        raise SourceError(
            f"{host} asks to wait until {limited:%H:%M:%S} UTC.",
            "Nothing to do: collection goes on by itself.",
            retry_at=limited,
        )
    _refuse(status, headers, host)
    if is_file:
        return Answer(status, content, headers)
    try:
        body = json.loads(content) if content else None
        if b"\\u0000" in content or b"\\ud" in content.lower():
            body = storable(body)
    except (ValueError, RecursionError) as error:
        raise _unreadable(content, headers, host) from error
    return Answer(status, body, headers)


def _refuse(status: int, headers: Mapping[str, str], host: str) -> None:
    if status == HTTPStatus.FORBIDDEN:
        if "x-github-sso" in headers:
            raise Forbidden(
                f"{host} wants the token to be authorised for the organisation's single sign-on.",
                "Authorise it there, beside the token in its owner's settings.",
                permanent=True,
            )
        needed = headers.get("x-accepted-github-permissions", "")[:200]
        raise Forbidden(
            f"{host} forbids this to the token.",
            f"It needs {needed}." if needed else _PERMISSIONS,
            permanent=True,
        )
    if status in {404, 410}:
        raise NotFound(
            f"{host} does not know this, or hides it from the token.",
            "Check the address, and that the token may read it.",
            permanent=True,
        )
    if status in {502, 503, 504}:
        raise Overloaded(f"{host} answered {status}.", "Nothing is lost; Plumbline tries again.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Passing(f"{host} answered {status}.", "Nothing is lost; Plumbline tries again.")
    if status >= HTTPStatus.BAD_REQUEST:
        kind = Unprocessable if status == HTTPStatus.UNPROCESSABLE_ENTITY else SourceError
        raise kind(
            f"{host} did not understand the request ({status}).",
            "Check that the address is that of a GitHub server of a supported version.",
            permanent=True,
        )


def _unreadable(content: bytes, headers: Mapping[str, str], host: str) -> SourceError:
    if b"<html" in content[:2000].lower() or "html" in headers.get("content-type", ""):
        return SourceError(
            f"{host} answers with a page for people, not with its interface.",
            "Check the address; a proxy or a sign-in page may stand in between.",
            permanent=True,
        )
    return Passing(f"{host} broke off its answer.", "Nothing is lost; Plumbline tries again.")


def storable(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Postgres holds neither U+0000 nor half of a surrogate pair in text, and nobody means them."""
    if isinstance(value, str):
        whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value
