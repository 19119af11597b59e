"""What a Jira means when it does not answer: told apart by headers and its own words, and said with what to do."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from backend.sources.errors import CredentialRefused, Forbidden, NotFound, Overloaded, SourceError
from backend.sources.jira import payloads
from backend.sources.jira.addresses import CLOUD
from backend.sources.limits import rate_limit
from backend.sources.shapes import UnexpectedShape, read

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_SIGN_IN: Final = re.compile(r"login|logon|signin|sso|saml|oauth|openid|auth", re.IGNORECASE)
_QUOTED: Final = re.compile(
    r"['\"\N{LEFT SINGLE QUOTATION MARK}\N{LEFT DOUBLE QUOTATION MARK}]"
    r"([^'\"\N{RIGHT SINGLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}]{1,300})"
    r"['\"\N{RIGHT SINGLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}]"
)
_SHORTEST_REST: Final = timedelta(seconds=1)
_REASONS: Final[Mapping[str, str]] = {
    "jira-quota-global-based": "the hour's quota, which all of the vendor's customers' apps share, is used up",
    "jira-quota-tenant-based": "the site's hourly quota is used up",
    "jira-burst-based": "too much was asked at once",
    "jira-cost-based": "what was asked cost too much",
}
"""What the Cloud's RateLimit-Reason means."""


class QueryRefused(SourceError):
    """Jira understood the request and refuses what it says, as a query about something that it does not know."""

    def __init__(self, host: str, messages: Sequence[str]) -> None:
        said = " ".join(messages)[:300] or "without a word"
        super().__init__(
            f"{host} refuses the question: {said}",
            "Check that the server's version is one that docs/integrations.md lists; "
            "if it names a field or a project, that what the connection reads is still there.",
            permanent=True,
        )
        self.messages = tuple(messages)


class ProjectsUnknown(QueryRefused):
    """Projects that the query names are gone, or hidden from the credential: Jira does not tell which.

    `projects`: as the query named them, by key or id.
    """

    def __init__(self, host: str, messages: Sequence[str], projects: Sequence[str]) -> None:
        super().__init__(host, messages)
        self.projects = tuple(projects)
        self.action = f"Check that the account may browse {', '.join(projects)}."


class NoInterface(SourceError):
    """There is no Jira of this kind at the address, or it lacks what was asked for."""


@dataclass(frozen=True)
class Judgement:
    """For `http.Client`: what the answers of a Jira of this kind mean."""

    dialect: str

    def __call__(
        self,
        status: int,
        content: bytes,
        headers: Mapping[str, str],
        *,
        host: str,
        unsaid_wait: Callable[[], timedelta],
    ) -> None:
        if status in _REDIRECTS:
            _away(headers.get("location", ""), host)
            return
        self._sign_in(status, headers, host)
        if status == HTTPStatus.TOO_MANY_REQUESTS or (
            status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in headers
        ):
            raise _limited(content, headers, host, unsaid_wait)
        if status == HTTPStatus.REQUEST_TIMEOUT:
            raise Overloaded(
                f"{host}, or a proxy before it, gave up on an answer.",
                "Plumbline asks for smaller pages.",
            )
        if not _is_json(content) and (content or status >= HTTPStatus.BAD_REQUEST):
            self._page(status, host)
        elif status == HTTPStatus.FORBIDDEN:
            said = " ".join(_messages(content) or ["without a word."])[:300]
            raise Forbidden(
                f"{host} forbids this: {said}",
                "Let the account browse the projects that are to be read.",
                permanent=True,
            )
        elif status == HTTPStatus.GONE:
            raise self._gone(host)
        elif status == HTTPStatus.NOT_FOUND:
            raise NotFound(
                f"{host} does not know this, or hides it from the account.",
                "Check that the account may still browse it.",
                permanent=True,
            )
        elif HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _refused(_messages(content), host)

    def _sign_in(self, status: int, headers: Mapping[str, str], host: str) -> None:
        denied = headers.get("x-authentication-denied-reason", "")
        reason = headers.get("x-seraph-loginreason", "")
        if "CAPTCHA" in denied or "AUTHENTICATION_DENIED" in reason:
            raise CredentialRefused(
                f"{host} wants a CAPTCHA solved before it lets the account sign in again.",
                "Sign in once in the browser as the account that the token belongs to, "
                "and see that nothing else signs in with a wrong password for it.",
                permanent=True,
            )
        if status == HTTPStatus.UNAUTHORIZED or "AUTHENTICATED_FAILED" in reason:
            raise self._not_accepted(host)
        if headers.get("x-ausername") == "anonymous" and status < HTTPStatus.BAD_REQUEST:
            raise CredentialRefused(
                f"{host} answers as it does to anybody: the token did not reach it.",
                "A proxy may take the Authorization header away: let it through. "
                "Jira knows personal access tokens from version 8.14 on.",
                permanent=True,
            )

    def _not_accepted(self, host: str) -> CredentialRefused:
        if self.dialect == CLOUD:
            return CredentialRefused(
                f"{host} does not accept the e-mail address with the API token.",
                "Check that the token belongs to this address; it may be expired or revoked: make a new one "
                "and enter it. A token with scopes works at https://api.atlassian.com/ex/jira/ID alone.",
                permanent=True,
            )
        return CredentialRefused(
            f"{host} does not accept the token.",
            "It may be mistyped, expired or revoked: make a new personal access token and enter it. "
            "Jira knows them from version 8.14 on.",
            permanent=True,
        )

    def _page(self, status: int, host: str) -> None:
        """A page for people where JSON should be. Only Jira itself may say that an issue is not there."""
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return
        if status == HTTPStatus.FORBIDDEN:
            raise Forbidden(
                f"{host}, or a proxy before it, forbids this with a page for people.",
                "Check that a firewall or proxy lets this machine through to the interface.",
                permanent=True,
            )
        if status >= HTTPStatus.BAD_REQUEST:
            raise NoInterface(
                f"{host} answers with a page for people ({status}): Jira's interface is not there.",
                "Check the address, with the path below which Jira stands, as in https://HOST/jira.",
                permanent=True,
            )
        raise SourceError(
            f"{host} answers with a page for people, as for signing in, not with its interface.",
            "Check the address and the path; a proxy or single sign-on that stands in between must let "
            "/rest/ through to Jira with a token.",
            permanent=True,
        )

    def _gone(self, host: str) -> NoInterface:
        action = (
            "Report this with the address: the interface has been changed."
            if self.dialect == CLOUD
            else "It is a Jira Cloud: make a connection of that kind, with an e-mail address and an API token."
        )
        return NoInterface(f"{host} has removed what was asked for.", action, permanent=True)


def _away(location: str, host: str) -> None:
    """Sent to sign in: on another host, or on a page of the same one."""
    try:
        target = urlsplit(location)
    except ValueError:
        return  # the client says what it thinks of such an address
    elsewhere = target.netloc not in {"", host}
    if elsewhere or _SIGN_IN.search(target.path):
        where = target.netloc if elsewhere else f"{host}{target.path[:100]}"
        raise SourceError(
            f"{host} sends us on to {where}, as it sends people to sign in.",
            "Single sign-on, or a proxy before Jira, must let /rest/ through with a token; "
            "or Jira has another address: enter the one that the browser shows after signing in.",
            permanent=True,
        )


def _limited(
    content: bytes,
    headers: Mapping[str, str],
    host: str,
    unsaid_wait: Callable[[], timedelta],
) -> SourceError:
    now = datetime.now(UTC)
    until = rate_limit(HTTPStatus.TOO_MANY_REQUESTS, content, headers, now=now, unsaid=unsaid_wait)
    # Data Center says 0 while there is something left: one second at least keeps it from being asked without end.
    until = max(until or now, now + _SHORTEST_REST)
    why = _REASONS.get(headers.get("ratelimit-reason", "").strip().lower(), "")
    return SourceError(
        f"{host} asks to wait until {until:%H:%M:%S} UTC{f': {why}' if why else ''}.",
        "Nothing to do: collection goes on by itself.",
        retry_at=until,
    )


def _refused(messages: Sequence[str], host: str) -> QueryRefused:
    """By what stands in quotes, which is the same in every language: a value, and the field that does not know it."""
    unknown: list[str] = []
    for message in messages:
        quoted = _QUOTED.findall(message)
        if "project" in (text.lower() for text in quoted):
            unknown += [text for text in quoted if text.lower() != "project"]
    if unknown:
        return ProjectsUnknown(host, messages, tuple(dict.fromkeys(unknown)))
    return QueryRefused(host, messages)


def _messages(content: bytes) -> list[str]:
    try:
        told = read(payloads.Refusal, json.loads(content))
    except (ValueError, RecursionError, UnexpectedShape):
        return []
    fields = [str(text) for text in told.errors.values() if isinstance(text, str)]
    return [text for text in (*told.error_messages, *fields, told.message) if text]


def _is_json(content: bytes) -> bool:
    """By how it begins: what is cut short is Jira's own answer all the same."""
    return content.lstrip()[:1] in {b"{", b"["}
