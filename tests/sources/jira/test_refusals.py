"""Whatever a Jira, or what stands before it, answers instead: told in words, with what to do, and of the right kind."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler

import pytest

from backend.sources.errors import CredentialRefused, Forbidden, NotFound, Overloaded, SourceError
from backend.sources.http import FixedToken
from backend.sources.jira.addresses import CLOUD, DATA_CENTER
from backend.sources.jira.client import Jira
from backend.sources.jira.refusals import NoInterface, ProjectsUnknown, QueryRefused
from tests.sources.jira.conftest import TOKEN
from tests.sources.serving import Answer, serving

PAGE = b"<!DOCTYPE html><html><body>Log in</body></html>"
CURLY = (
    "The value \N{LEFT DOUBLE QUOTATION MARK}MILL\N{RIGHT DOUBLE QUOTATION MARK} does not exist for the field "
    "\N{LEFT DOUBLE QUOTATION MARK}project\N{RIGHT DOUBLE QUOTATION MARK}."
)
XML = b'<?xml version="1.0"?><status><status-code>404</status-code></status>'


def said(*messages: str) -> bytes:
    return json.dumps({"errorMessages": messages, "errors": {}}).encode()


def refused(
    answer: Answer | Callable[[BaseHTTPRequestHandler], Answer], dialect: str = DATA_CENTER
) -> SourceError:
    """What a search raises where everything is answered so."""
    given = answer if callable(answer) else lambda _: answer
    with (
        serving(given) as (url, _),
        Jira(url=url, dialect=dialect, access=FixedToken(TOKEN)) as jira,
        pytest.raises(SourceError) as caught,
    ):
        jira.ids("project = FORGE")
    error = caught.value
    assert error.action
    assert TOKEN not in f"{error.reason}{error.action}"
    return error


CASES: dict[str, tuple[Answer, type[SourceError], str]] = {
    "a revoked token": ((401, {}, said("Unauthorized")), CredentialRefused, "personal access token"),
    "a failed sign-in with 200": (
        (200, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}, b"{}"), CredentialRefused, "personal access token",
    ),
    "a captcha": (
        (403, {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://x/login.jsp"}, PAGE),
        CredentialRefused, "Sign in once in the browser",
    ),
    "a captcha by seraph": (
        (401, {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}, PAGE), CredentialRefused, "Sign in once",
    ),
    "a token that was taken away": (
        (200, {"X-AUSERNAME": "anonymous"}, b'{"startAt":0,"maxResults":1,"total":0,"issues":[]}'),
        CredentialRefused, "Authorization header",
    ),
    "forbidden": ((403, {}, said("No permission.")), Forbidden, "browse"),
    "forbidden, with what is left of a limit": ((403, {"Retry-After": "0"}, said("No.")), Forbidden, "browse"),
    "forbidden by a proxy": ((403, {}, PAGE), Forbidden, "proxy"),
    "not there": ((404, {}, said("Issue Does Not Exist")), NotFound, "browse"),
    "not there, says a page": ((404, {}, PAGE), NoInterface, "path"),
    "not there, says a proxy in XML": ((404, {}, XML), NoInterface, "path"),
    "not there, without a word": ((404, {}, b""), NoInterface, "path"),
    "a page for people": ((200, {"Content-Type": "text/html"}, PAGE), SourceError, "single sign-on"),
    "a page that is told as JSON": ((200, {"Content-Type": "application/json"}, PAGE), SourceError, "single sign-on"),
    "an old search": ((410, {}, said("The requested API has been removed.")), NoInterface, "Jira Cloud"),
    "a time-out of a proxy": ((408, {}, PAGE), Overloaded, "smaller pages"),
    "maintenance": ((503, {}, PAGE), Overloaded, "tries again"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "kind", "word"), CASES.values(), ids=CASES)
def test_what_is_said(answer: Answer, kind: type[SourceError], word: str) -> None:
    error = refused(answer)
    assert type(error) is kind
    assert word in error.action
    assert error.permanent is not issubclass(kind, Overloaded)
    assert error.retry_at is None


def test_the_cloud_is_told_of_its_address_and_token() -> None:
    error = refused((401, {}, said("Client must be authenticated")), CLOUD)
    assert type(error) is CredentialRefused
    assert "e-mail" in error.reason
    assert "api.atlassian.com" in error.action
    assert "interface has been changed" in refused((410, {}, said("Gone")), CLOUD).action


def test_a_summary_about_html_is_no_page() -> None:
    found = {
        "startAt": 0,
        "maxResults": 1,
        "total": 1,
        "issues": [{"id": "1", "summary": "<html> breaks"}],
    }
    answer: Answer = (200, {"Content-Type": "application/json"}, json.dumps(found).encode())
    with (
        serving(lambda _: answer) as (url, _),
        Jira(url=url, dialect=DATA_CENTER, access=FixedToken(TOKEN)) as jira,
    ):
        assert jira.ids("project = FORGE").ids == [1]


@pytest.mark.parametrize(
    ("messages", "projects"),
    [
        (["The value 'MILL' does not exist for the field 'project'."], ("MILL",)),
        (["A value with ID '10001' does not exist for the field 'project'."], ("10001",)),
        (["Der Wert 'MILL' existiert nicht für das Feld 'project'."], ("MILL",)),
        ([CURLY], ("MILL",)),
        (["The value 'A' does not exist for the field 'project'.",
          "The value 'B' does not exist for the field 'project'."], ("A", "B")),
    ],
    ids=["by key", "by id", "in another language", "in other quotes", "two"],
)  # fmt: skip
@pytest.mark.parametrize("dialect", [DATA_CENTER, CLOUD])
def test_projects_that_are_lost_are_named(
    messages: list[str], projects: tuple[str, ...], dialect: str
) -> None:
    error = refused((400, {}, said(*messages)), dialect)
    assert isinstance(error, ProjectsUnknown)
    assert error.projects == projects
    assert projects[0] in error.action


@pytest.mark.parametrize(
    "body",
    [said("Field 'x' does not exist or you do not have permission to view it."), b"{}", b"[]", b'{"errorMessages": 7}'],
    ids=["another field", "nothing", "a list", "a number"],
)  # fmt: skip
def test_other_refusals_of_a_query_name_no_project(body: bytes) -> None:
    error = refused((400, {}, body))
    assert type(error) is QueryRefused


@pytest.mark.parametrize(
    ("location", "where"),
    [
        ("https://sso.forge.test/saml?SAMLRequest=abc", "sso.forge.test"),
        ("/login.jsp?os_destination=%2Frest", "/login.jsp"),
        ("/plugins/servlet/samlsso", "/samlsso"),
    ],
    ids=["another host", "a page", "a servlet"],
)
@pytest.mark.parametrize("status", [302, 303, 307])
def test_nobody_is_sent_to_sign_in(location: str, where: str, status: int) -> None:
    error = refused((status, {"Location": location}, b""))
    assert where in error.reason
    assert "SAMLRequest" not in error.reason
    assert "single sign-on" in error.action.lower()
    assert error.permanent


def test_a_redirect_within_jira_is_followed() -> None:
    found = b'{"startAt":0,"maxResults":1,"total":1,"issues":[{"id":"1"}]}'

    def answer(request: BaseHTTPRequestHandler) -> Answer:
        if request.path.startswith("/jira/"):
            return 200, {}, found
        return 302, {"Location": f"/jira{request.path}"}, b""

    with (
        serving(answer) as (url, seen),
        Jira(url=url, dialect=DATA_CENTER, access=FixedToken(TOKEN)) as jira,
    ):
        assert jira.ids("project = FORGE").ids == [1]
    assert set(seen) == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_wait_is_obeyed(status: int, form: str) -> None:
    now = datetime.now(UTC)
    later = "90" if form == "seconds" else format_datetime(now + timedelta(seconds=90), usegmt=True)
    error = refused((status, {"Retry-After": later}, said("Rate limit exceeded.")))
    assert error.retry_at is not None
    assert timedelta(seconds=85) < error.retry_at - now < timedelta(seconds=100)
    assert not error.permanent


def test_a_wait_of_nothing_is_a_moment_all_the_same() -> None:
    now = datetime.now(UTC)
    error = refused(
        (429, {"Retry-After": "0", "X-RateLimit-Remaining": "0"}, said("Rate limit exceeded."))
    )
    assert error.retry_at is not None
    assert error.retry_at >= now + timedelta(seconds=1)


@pytest.mark.parametrize(
    "reason", ["jira-burst-based", "jira-quota-tenant-based", "something-new", ""]
)
def test_the_clouds_reason_is_told(reason: str) -> None:
    error = refused(
        (429, {"Retry-After": "5", "RateLimit-Reason": reason}, said("Rate limit exceeded.")), CLOUD
    )
    assert error.retry_at is not None
    assert ("too much was asked at once" in error.reason) is (reason == "jira-burst-based")
    assert ("hourly quota" in error.reason) is (reason == "jira-quota-tenant-based")
