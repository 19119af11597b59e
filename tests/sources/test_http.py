"""The one way out, against a real server on loopback: limits, errors that say what to do, no token for strangers."""

import gzip
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest
import stamina

from backend.sources import http
from backend.sources.errors import (
    CredentialRefused,
    Forbidden,
    NotFound,
    Overloaded,
    Passing,
    SourceError,
    Unprocessable,
)
from backend.sources.http import Client
from backend.sources.limits import Unmetered
from tests.servers import free_port
from tests.simulators.conftest import certificate  # noqa: F401 - a fixture
from tests.sources.serving import TOKEN, Answer, client, failure, fixed, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """Tries follow each other at once; how often is what is tested."""
    with stamina.set_testing(True, attempts=http.TRIES, cap=True):
        yield


@pytest.mark.parametrize(
    ("status", "kind", "permanent"),
    [
        (401, CredentialRefused, True),
        (403, Forbidden, True),
        (404, NotFound, True),
        (410, NotFound, True),
        (400, SourceError, True),
        (422, Unprocessable, True),
        (500, Passing, False),
        (502, Overloaded, False),
        (504, Overloaded, False),
    ],
)
def test_a_status_tells_what_to_do(status: int, kind: type[SourceError], permanent: bool) -> None:  # noqa: FBT001
    with serving(fixed(status)) as (url, seen):
        error = failure(url)
    assert type(error) is kind
    assert error.permanent is permanent
    assert error.retry_at is None
    assert len(seen) == (1 if permanent else http.TRIES)


def test_what_passes_by_itself_is_tried_again_and_counted() -> None:
    answers: list[Answer | None] = [(502, {}, b""), None, (200, {}, b'{"a": 1}')]
    with serving(lambda _: answers.pop(0)) as (url, seen), client(url) as source:
        assert source.get("/x").body == {"a": 1}
        assert source.usage.requests == len(seen) == 3


def test_a_body_that_ends_too_soon_is_tried_again() -> None:
    answers: list[Answer] = [
        (200, {"Content-Length": "20"}, b'{"a": '),
        (200, {}, b'{"a": '),
        (200, {}, b'{"a": 2}'),
    ]
    with serving(lambda _: answers.pop(0)) as (url, _), client(url) as source:
        assert source.get("/x").body == {"a": 2}


def test_a_page_for_people_is_not_tried_again() -> None:
    with serving(fixed(200, b"<!DOCTYPE html><html>Sign in</html>")) as (url, seen):
        error = failure(url)
    assert "page for people" in error.reason
    assert error.permanent
    assert len(seen) == 1


def test_a_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT", httpx.Timeout(0.1))
    hold = threading.Event()

    def stall(_: object) -> None:
        hold.wait(5)

    with serving(stall) as (url, _):
        try:
            error = failure(url)
        finally:
            hold.set()
    assert type(error) is Overloaded
    assert "in time" in error.reason


def test_an_answer_in_drops_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each drop comes within the read limit; the whole must end all the same."""
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.3)

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            hold.wait(0.05)

    hold = threading.Event()
    with serving(drip) as (url, _):
        assert type(failure(url)) is Overloaded
        hold.set()


def test_a_flood_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAXIMUM_BYTES", 1000)
    with serving(fixed(200, b"[" + b"1," * 2000 + b"1]")) as (url, _):
        error = failure(url)
    assert type(error) is Overloaded
    assert "larger than" in error.reason


def test_a_flood_that_is_packed_is_cut_off_before_it_is_unpacked() -> None:
    packed = gzip.compress(b"0" * 2 * http.MAXIMUM_BYTES)
    assert len(packed) < http.MAXIMUM_BYTES
    with serving(fixed(200, packed, Content_Encoding="gzip")) as (url, _):
        assert "larger than" in failure(url).reason


@pytest.mark.parametrize("coding", ["gzip, gzip", "deflate", "br"])
def test_a_coding_that_was_not_asked_for_is_refused(coding: str) -> None:
    packed = gzip.compress(gzip.compress(b"{}"))
    with serving(fixed(200, packed, Content_Encoding=coding)) as (url, _):
        assert "broke off" in failure(url).reason


def test_a_packed_answer_is_read_and_a_torn_one_is_not() -> None:
    packed = gzip.compress(b'{"a": 1}')
    with serving(fixed(200, packed, Content_Encoding="gzip")) as (url, _), client(url) as one:
        assert one.get("/x").body == {"a": 1}
    with serving(fixed(200, packed[:-9], Content_Encoding="gzip")) as (url, _):
        assert "broke off" in failure(url).reason


def test_an_answer_nested_without_end_is_no_answer() -> None:
    with serving(fixed(200, b"[" * 200_000)) as (url, _):
        assert "broke off" in failure(url).reason


def test_a_tag_that_no_header_can_hold_is_not_sent_back() -> None:
    with serving(fixed(200, b"{}")) as (url, _), client(url) as source:
        assert source.get("/x", unless='"\u00e9"').status == 200


def test_what_postgres_cannot_hold_never_comes_in() -> None:
    """NUL, and halves of surrogate pairs; whole pairs are letters like others."""
    told = {"a\0": ["x\0y"], "half \ud83d": "\udc00\ud800", "whole": "\U0001f680"}
    with serving(fixed(200, json.dumps(told).encode())) as (url, _), client(url) as source:
        assert source.get("/x").body == {
            "a\ufffd": ["x\ufffdy"],
            "half \ufffd": "\ufffd\ufffd",
            "whole": "\U0001f680",
        }


# -- where the token goes ------------------------------------------------------------------------------------------


def test_the_token_is_not_told_in_tracebacks() -> None:
    with client("https://ghes.example") as source:
        assert TOKEN not in repr(source)


def test_a_redirect_within_the_server_is_followed() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> Answer:
        if handler.path == "/old":
            return 301, {"Location": "/new"}, b""
        return 200, {}, b'{"path": "new"}'

    with serving(answer) as (url, seen), client(url) as source:
        assert source.get("/old").body == {"path": "new"}
    assert seen == [TOKEN, TOKEN]


def test_the_token_follows_to_no_other_server() -> None:
    with (
        serving(fixed(200)) as (other, seen),
        serving(fixed(302, location=f"{other}/api/v3/meta")) as (url, _),
    ):
        error = failure(url)
    assert error.permanent
    assert "sends us on to" in error.reason
    assert seen == []


def test_the_token_is_not_sent_in_clear_after_a_redirect(
    certificate: tuple[Path, Path],  # noqa: F811
) -> None:
    """The same name and port, without the encryption."""

    def answer(handler: BaseHTTPRequestHandler) -> Answer:
        return 302, {"Location": f"http://{handler.headers['Host']}/api/v3/meta"}, b""

    with serving(answer, certificate) as (url, seen):
        error = failure(url, ca_certificate=certificate[0].read_text())
    assert error.permanent
    assert seen == [TOKEN]


def test_a_next_page_elsewhere_is_not_followed() -> None:
    """`Link` comes from the server too."""
    with (
        serving(fixed(200)) as (other, seen),
        serving(fixed(200)) as (url, _),
        client(url) as source,
        pytest.raises(SourceError) as caught,
    ):
        source.get(f"{other}/api/v3/orgs/forge/repos?page=2")
    assert caught.value.permanent
    assert seen == []


def test_a_redirect_to_nowhere_is_refused() -> None:
    with serving(fixed(302, location="http://[half/")) as (url, _):
        assert failure(url).permanent


def test_a_redirect_without_end_is_given_up() -> None:
    with serving(fixed(302, location="/round")) as (url, seen):
        error = failure(url)
    assert "without end" in error.reason
    assert len(seen) == http.REDIRECTS + 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Forbidden),
        (403, Forbidden),
        (404, NotFound),
        (429, Passing),
        (503, Passing),
    ],
)
def test_what_a_file_is_kept_by_says_nothing_of_token_limits_and_clock(
    status: int, kind: type[SourceError]
) -> None:
    """Else it could have the token thrown away, collection stopped and our clock doubted."""
    told = {
        "retry_after": "3600",
        "x_ratelimit_remaining": "0",
        "x_github_enterprise_version": "1.0",
        "date": "Thu, 01 Jan 1970 00:00:00 GMT",
    }
    access = Changing(["good", "another"])
    with (
        serving(fixed(status, b"{}", **told)) as (other, strangers),
        serving(fixed(302, location=f"{other}/file")) as (url, seen),
        Client(url, {}, access=access) as source,
    ):
        with pytest.raises(SourceError) as caught:
            source.download("/x", at_most=100)
        assert (source.server_version, access.left) == ("", ["good", "another"])
        assert abs(source.clock_ahead) < timedelta(minutes=1)
    assert type(caught.value) is kind
    assert caught.value.retry_at is None
    assert other.removeprefix("http://") in caught.value.reason
    assert set(strangers) == {""}
    assert set(seen) == {"Bearer good"}


def test_a_file_is_fetched_from_where_it_is_kept() -> None:
    with (
        serving(fixed(200, b"packed")) as (other, strangers),
        serving(fixed(302, location=f"{other}/file")) as (url, _),
        Client(url, {}, access=Changing(["good"])) as source,
    ):
        assert source.download("/x", at_most=100) == b"packed"
    assert strangers == [""]


# -- why no connection came about ----------------------------------------------------------------------------------


def test_an_unknown_certificate_is_named(certificate: tuple[Path, Path]) -> None:  # noqa: F811
    with serving(fixed(200), certificate) as (url, seen):
        error = failure(url)
        assert "certificate" in error.reason
        assert "authority" in error.action
        assert seen == []
        with client(url, certificate[0].read_text()) as source:
            assert source.get("/x").status == 200


def test_a_server_without_tls_is_named() -> None:
    with serving(fixed(200)) as (url, _):
        error = failure(url.replace("http:", "https:"))
    assert "TLS" in error.reason


def test_an_unknown_name_is_named() -> None:
    error = failure("https://ghes.invalid")
    assert "name ghes.invalid is not known" in error.reason


def test_a_closed_port_is_named() -> None:
    error = failure(f"http://127.0.0.1:{free_port()}")
    assert "cannot be reached" in error.reason
    assert not error.permanent


# -- limits --------------------------------------------------------------------------------------------------------


def test_a_limit_is_not_waited_for() -> None:
    with serving(fixed(429, retry_after="120")) as (url, seen):
        error = failure(url)
    assert error.retry_at is not None
    assert error.retry_at > datetime.now(UTC) + timedelta(seconds=100)
    assert not error.permanent
    assert len(seen) == 1


# -- what is asked for once more, or not at all --------------------------------------------------------------------


def test_what_has_not_changed_is_not_sent_again() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> Answer:
        same = handler.headers.get("If-None-Match") == '"one"'
        return (304, {"ETag": '"one"'}, b"") if same else (200, {"ETag": '"one"'}, b"[1]")

    with serving(answer) as (url, _), client(url) as source:
        first = source.get("/x")
        again = source.get("/x", unless=first.etag)
        other = source.get("/x", unless='"another"')
    assert (first.status, first.body, first.etag) == (200, [1], '"one"')
    assert (again.status, again.body) == (304, None)
    assert (other.status, other.body) == (200, [1])
    assert (source.usage.requests, source.usage.not_modified) == (3, 1)


def test_a_setting_is_patched() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> Answer:
        return 200, {}, json.dumps({"method": handler.command}).encode()

    with serving(answer) as (url, _), client(url) as source:
        assert source.patch("/x", {"a": 1}).body == {"method": "PATCH"}


@dataclass
class Changing:
    """Signs in with one token after the other."""

    left: list[str]
    taken: int = 0

    def token(self) -> str:
        return self.left[0]

    def accepted(self) -> None:
        self.taken += 1

    def refused(self) -> bool:
        self.left.pop(0)
        return bool(self.left)


@pytest.mark.parametrize(
    ("tokens", "tried"),
    [
        (["good"], ["good"]),
        (["old", "good"], ["old", "good"]),
        (["old"], ["old"]),
        (["old", "older", "good"], ["old", "older", "good"]),
        (["old", "older", "oldest", "good"], ["old", "older", "oldest"]),
    ],
)
def test_a_refused_token_is_exchanged_as_long_as_there_is_another(
    tokens: list[str], tried: list[str]
) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> Answer:
        good = handler.headers["Authorization"] == "Bearer good"
        return (200 if good else 401), {}, b"{}"

    access = Changing(list(tokens))
    with serving(answer) as (url, seen), Client(url, {}, access=access) as source:
        if tried[-1] == "good":
            assert source.get("/x").status == 200
        else:
            with pytest.raises(CredentialRefused):
                source.get("/x")
    assert seen == [f"Bearer {token}" for token in tried]
    assert access.taken == (tried[-1] == "good")


def test_what_is_missing_is_named_where_the_server_tells() -> None:
    with serving(fixed(403, x_accepted_github_permissions="checks=read")) as (url, _):
        assert failure(url).action == "It needs checks=read."
    with serving(fixed(403, x_github_sso="required; url=https://ghes.example/sso")) as (url, _):
        error = failure(url)
    assert "single sign-on" in error.reason
    assert "https" not in error.reason + error.action


@dataclass
class Noting(Unmetered):
    """Notes labels and interfaces."""

    seen: list[tuple[str, str, bool]] = field(default_factory=list)
    open: bool = True

    def admit(self, interface: str) -> None:
        if not self.open:
            raise SourceError("enough", "wait", retry_at=NOW)

    def note(self, *, interface: str, seconds: float, label: str, not_modified: bool) -> None:
        assert seconds > 0
        self.seen.append((interface, label, not_modified))


def test_every_request_is_admitted_and_noted_also_one_that_failed() -> None:
    answers: list[Answer | None] = [(502, {}, b""), None, (304, {}, b"")]
    meter = Noting()
    with serving(lambda _: answers.pop(0)) as (url, seen), Client(url, {}, meter=meter) as source:
        source.get("/api/v3/repos/forge/app/commits/0123abc", unless='"x"')
        meter.open = False
        with pytest.raises(SourceError):
            source.get("/x")
    one = ("rest", "commits/*")
    assert meter.seen == [(*one, False), (*one, False), (*one, True)]
    assert len(seen) == 3
