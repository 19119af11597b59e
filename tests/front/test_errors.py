"""What nginx says by itself has the one error shape and every security header, whoever asked for what."""

import json
import socket
from pathlib import Path

import httpx
import pytest

from tests.front.door import HOST, Door, opened

HEADERS = {
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def told(answer: str) -> int:
    """The status of a refusal, after a look at its headers and its shape."""
    head, _, body = answer.partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    assert HEADERS.items() <= headers.items()
    assert headers["cache-control"] == "no-store"
    assert headers["content-type"] == "application/json"
    assert headers["server"] == "nginx"
    assert len(headers["x-request-id"]) == 32
    assert len(lines) == len(headers), "a header stands there twice"
    assert json.loads(body).keys() == {"code", "message", "action"}
    return int(status.split()[1])


def request(path: str = "/", *, method: str = "GET", host: str = HOST, more: str = "") -> str:
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n"


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (400, request("/", more="Content-Length: x\r\n")),
        (400, request("/%zz")),
        (400, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"),
        (400, request(host="a b")),
        (403, request("/metrics")),
        (404, request("/.error")),
        (405, request(method="TRACE")),
        (413, request("/", method="POST", more="Content-Length: 1048577\r\n")),
        (413, request("/static/x", method="POST", more="Content-Length: 1025\r\n")),
        (413, request("/docs/x", method="POST", more="Content-Length: 1025\r\n")),
        (413, request("/hooks/github/x", method="POST", more="Content-Length: 26214401\r\n")),
        (413, request("/scim/v2/Users", method="POST", more="Content-Length: 1048577\r\n")),
        (413, request("/api/v1/test-results", method="POST", more="Content-Length: 52428801\r\n")),
        (414, request("/" + "a" * 8200)),
        (421, request(host="other.example")),
        (421, request(host="127.0.0.1")),
        (421, "GET / HTTP/1.0\r\n\r\n"),
        (431, request(more="Cookie: " + "a" * 8200 + "\r\n")),
        (505, "GET / HTTP/3.0\r\n\r\n"),
    ],
    ids=lambda value: str(value).replace("\r\n", " ")[:40] if isinstance(value, str) else str(value),
)  # fmt: skip
def test_a_refusal_has_its_shape_and_its_headers(door: Door, status: int, sent: str) -> None:
    assert told(door.raw(sent)) == status


def test_an_error_tells_its_own_status_to_http_2_and_to_head_as_well(door: Door) -> None:
    answer = door.raw(request("/metrics", method="HEAD"))
    assert answer.startswith("HTTP/1.1 403 ")
    assert "strict-transport-security" in answer.lower()


def test_what_was_sent_in_plain_text_is_sent_to_the_one_address(door: Door) -> None:
    answer = door.plain(request("/x?y=1"))
    assert answer.startswith("HTTP/1.1 301 ")
    assert f"\r\nLocation: https://{HOST}/x?y=1\r\n" in answer
    assert told(door.plain(request(host="other.example"))) == 421


def test_the_plain_port_redirects_to_the_one_address_alone(door: Door) -> None:
    answer = door.plain(request("/x?y=1"), door.plain_port)
    assert answer.startswith("HTTP/1.1 301 ")
    assert f"\r\nLocation: https://{HOST}/x?y=1\r\n" in answer
    assert told(door.plain(request(host="other.example"), door.plain_port)) == 421


def test_another_host_learns_nothing_from_the_certificate(door: Door) -> None:
    own = door.served()
    for name in ("other.example", None):
        assert door.served(name) != own
        assert HOST.encode() not in door.served(name)


@pytest.mark.parametrize(("path", "policy"), [
    ("/", HEADERS["content-security-policy"]),
    ("/own", "default-src 'self'"),
])  # fmt: skip
def test_what_web_did_not_say_is_added_and_what_it_said_stays(
    door: Door, path: str, policy: str
) -> None:
    headers = door.ask(path).headers
    assert headers.get_list("content-security-policy") == [policy]
    for name in HEADERS.keys() - {"content-security-policy"}:
        assert headers.get_list(name) == [HEADERS[name]]


def test_web_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        changes = {"web-http:8000": f"127.0.0.1:{port}",
                   "proxy_connect_timeout 5s": "proxy_connect_timeout 1s"}  # fmt: skip
        with opened(tmp_path, changes=changes) as door:
            assert told(door.raw(request())) == 504
            silent.close()
            assert told(door.raw(request())) == 502


def test_web_sees_the_one_host_and_nothing_that_a_caller_claims(door: Door) -> None:
    forged = {
        "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Port": "1",
        "X-Forwarded-Proto": "http",
        "X-Request-ID": "mine",
        "X-Correlation-ID": "mine",
    }
    seen = door.ask("/", host=f"{HOST}:4443", headers=forged).json()["headers"]
    assert seen["host"] == HOST
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "https"
    assert seen["x-request-id"] != "mine"
    assert not {"x-forwarded-host", "x-forwarded-port", "x-correlation-id"} & seen.keys()


def test_many_requests_at_once_are_told_to_wait(tmp_path: Path) -> None:
    changes = {"rate=50r/s": "rate=1r/s", "burst=200": "burst=2"}
    with opened(tmp_path, changes=changes) as door:
        answers = [door.ask("/") for _ in range(6)]
    assert {answer.status_code for answer in answers} == {200, 429}
    last = answers[-1]
    assert (last.status_code, last.headers["retry-after"]) == (429, "5")
    assert HEADERS.items() <= last.headers.items()
    assert isinstance(last, httpx.Response)
    assert last.json()["code"] == "too_many_requests"
