"""Answers of the door as they should be, and each way to weaken one."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from host.asvs.answers import ECHO, ELSEWHERE, Answer, Looked, Shown
from host.asvs.findings import DOOR
from host.asvs.headers import is_strict
from host.asvs.refusals import judge

from tests.host.asvs.answering import POLICY, URL, answer, door, error

Weaken = Callable[[Looked], Looked]


def amiss(found: Looked) -> dict[str, str]:
    return {one.name.partition(".")[2]: one.found for one in judge(found) if not one.is_good}


def test_as_it_should_answer_everything_is_good() -> None:
    found = judge(door())
    assert [one.found for one in found if not one.is_good] == []
    assert {one.name for one in found} == set(DOOR)


def replaced(found: Looked, changes: Mapping[str, Any]) -> Looked:
    return Looked(**{**found._asdict(), **changes})


def with_header(group: str, name: str, value: str | None) -> Weaken:
    """The first answer of a group, with another value of a header, or without it."""

    def weaken(found: Looked) -> Looked:
        first, *others = getattr(found, group)
        headers = tuple((key, old) for key, old in first.headers if key != name)
        headers += ((name, value),) if value is not None else ()
        return replaced(found, {group: [first._replace(headers=headers), *others]})

    return weaken


def besides(group: str, one: Answer) -> Weaken:
    return lambda found: replaced(found, {group: [*getattr(found, group), one]})


def told(**changes: object) -> Weaken:
    return lambda found: replaced(found, changes)


def cookie(text: str) -> Weaken:
    return with_header("pages", "set-cookie", text)


def policy(before: str, after: str) -> Weaken:
    return with_header("pages", "content-security-policy", POLICY.replace(before, after))


OLD = dict.fromkeys(("SSL 3.0", "TLS 1.0"), "refused")
GOOD = Shown(60, "EC 256", "ecdsa-with-SHA256", "")
CASES: dict[str, tuple[Weaken, set[str]]] = {
    "tls-1.1": (told(old=OLD | {"TLS 1.1": "accepted (0xC009)"}), {"tls_versions"}),
    "tls-1.1-is-not-known": (told(old=OLD | {"TLS 1.1": "not known (timed out)"}), {"tls_versions"}),
    "no-version-was-tried": (told(old={}), {"tls_versions"}),
    "no-tls-1.3": (told(negotiated="TLSv1.2"), {"tls_versions"}),
    "weak-cipher": (told(weak="accepted (0x002F)"), {"tls_ciphers"}),
    "nothing-is-accepted": (told(strong="refused"), {"tls_versions", "tls_ciphers"}),
    "expired": (told(certificate=GOOD._replace(days=-3)), {"certificate"}),
    "not-trusted": (told(certificate=GOOD._replace(trouble="unknown authority")), {"certificate"}),
    "short-key": (told(certificate=GOOD._replace(key="RSA 1024")), {"certificate"}),
    "short-curve": (told(certificate=GOOD._replace(key="EC 192")), {"certificate"}),
    "key-of-another-kind": (told(certificate=GOOD._replace(key="dsaEncryption 2048")), {"certificate"}),
    "sha-1": (told(certificate=GOOD._replace(signature="sha1WithRSAEncryption")), {"certificate"}),
    "no-certificate": (told(certificate=None), {"certificate"}),
    "served-plainly": (besides("plain", answer("GET /")), {"plain_http"}),
    "led-elsewhere": (besides("plain", answer("GET /", 301, location=f"https://{ELSEWHERE}/")), {"plain_http"}),
    "led-to-a-longer-name": (besides("plain", answer("GET /", 301, location=f"{URL}.{ELSEWHERE}/")), {"plain_http"}),
    "no-hsts": (with_header("pages", "strict-transport-security", None), {"hsts"}),
    "short-hsts": (with_header("errors", "strict-transport-security", "max-age=600; includeSubDomains"), {"hsts"}),
    "hsts-of-this-name": (with_header("static", "strict-transport-security", "max-age=63072000"), {"hsts"}),
    "no-type": (with_header("errors", "content-type", None), {"content_types"}),
    "no-character-set": (with_header("static", "content-type", "text/javascript"), {"content_types"}),
    "xml-without-one": (with_header("static", "content-type", "image/svg+xml"), {"content_types"}),
    "sniffed": (with_header("static", "x-content-type-options", None), {"nosniff"}),
    "no-policy": (with_header("pages", "content-security-policy", None), {"csp", "framing"}),
    "no-policy-of-errors": (with_header("errors", "content-security-policy", None), {"csp", "framing"}),
    "inline-scripts": (policy("script-src 'self'", "script-src 'self' 'unsafe-inline'"), {"csp"}),
    "inline-styles": (policy("style-src 'self'", "style-src 'unsafe-inline'"), {"csp"}),
    "evaluated": (policy("script-src 'self'", "script-src 'unsafe-eval'"), {"csp"}),
    "scripts-of-all": (policy("script-src 'self'", "script-src *"), {"csp"}),
    "scripts-by-https": (policy("script-src 'self'", "script-src https:"), {"csp"}),
    "scripts-as-data": (policy("script-src 'self'", "script-src data:"), {"csp"}),
    "no-base": (policy("base-uri 'none'", ""), {"csp"}),
    "forms-to-anybody": (policy("form-action 'self'", ""), {"csp"}),
    "objects": (policy("object-src 'none'", "object-src 'self'"), {"csp"}),
    "frames": (policy("frame-ancestors 'none'", "frame-ancestors *"), {"csp", "framing"}),
    "no-frame-header": (with_header("errors", "x-frame-options", None), {"framing"}),
    "any-frame": (with_header("pages", "x-frame-options", "ALLOWALL"), {"framing"}),
    "referrer": (with_header("pages", "referrer-policy", "unsafe-url"), {"referrer_policy"}),
    "no-referrer-policy": (with_header("static", "referrer-policy", None), {"referrer_policy"}),
    "camera": (with_header("pages", "permissions-policy", "geolocation=(), microphone=()"), {"permissions_policy"}),
    "every-origin": (with_header("static", "access-control-allow-origin", "*"), {"cross_origin"}),
    "that-origin": (with_header("foreign", "access-control-allow-origin", f"https://{ELSEWHERE}"), {"cross_origin"}),
    "null-origin": (with_header("foreign", "access-control-allow-origin", "null"), {"cross_origin"}),
    "opener": (with_header("pages", "cross-origin-opener-policy", "unsafe-none"), {"cross_origin"}),
    "resource": (with_header("static", "cross-origin-resource-policy", None), {"cross_origin"}),
    "api-as-a-page": (with_header("api", "content-disposition", None), {"api_is_a_file"}),
    "api-as-html": (besides("api", answer("GET /api/v1/x", 401)), {"api_is_a_file"}),
    "server-s-version": (with_header("errors", "server", "nginx/1.26.3"), {"no_versions"}),
    "powered-by": (with_header("pages", "x-powered-by", "Django"), {"no_versions"}),
    "version-in-an-error": (besides("errors", answer("GET /x", 404, body="<hr>nginx/1.26.3")), {"no_versions"}),
    "kept-page": (with_header("pages", "cache-control", "private, max-age=60"), {"no_store"}),
    "kept-error": (with_header("errors", "cache-control", None), {"no_store"}),
    "cookie-without-secure": (cookie("__Host-session=a; HttpOnly; Path=/; SameSite=Lax"), {"cookies"}),
    "cookie-for-scripts": (cookie("__Host-session=a; Secure; Path=/; SameSite=Lax"), {"cookies"}),
    "cookie-of-a-domain": (
        cookie("__Host-session=a; HttpOnly; Secure; Path=/; Domain=example; SameSite=Lax"), {"cookies"},
    ),
    "cookie-of-a-folder": (cookie("__Host-session=a; HttpOnly; Secure; Path=/x; SameSite=Lax"), {"cookies"}),
    "cookie-by-another-name": (cookie("session=a; HttpOnly; Secure; Path=/; SameSite=Lax"), {"cookies"}),
    "cookie-of-other-sites": (cookie("__Host-session=a; HttpOnly; Secure; Path=/; SameSite=None"), {"cookies"}),
    "no-cookie-seen": (with_header("pages", "set-cookie", None), {"cookies"}),
    "trace": (besides("methods", answer("TRACE /")), {"methods"}),
    "echo": (besides("methods", answer("TRACE /", 405, body=f"x-echo: {ECHO}")), {"methods"}),
    "file": (besides("hidden", answer("GET /.git/HEAD", body="ref: refs/heads/main")), {"hidden_files"}),
    "faulty-file": (besides("hidden", error("GET /.git/HEAD", 500)), {"hidden_files"}),
    "any-host": (besides("hosts", answer("GET /")), {"unknown_host"}),
    "certificate-for-all": (told(unknown_shows="this host's"), {"unknown_host"}),
    "certificate-not-known": (told(unknown_shows="not known (timed out)"), {"unknown_host"}),
    "open-api": (besides("api", error("GET /api/v1/people", 200)), {"anonymous_api"}),
    "open-numbers": (besides("api", answer("GET /metrics", kind="text/plain; charset=utf-8")), {"anonymous_api"}),
    "open-admin": (besides("admin", answer("GET /admin/login/")), {"admin_closed"}),
    "admin-elsewhere": (
        besides("admin", answer("GET /admin/", 302, body="", location=f"https://{ELSEWHERE}/accounts/login/")),
        {"admin_closed"},
    ),
    "believed-host": (
        besides("forwarded", answer("GET /", 302, body="", location=f"https://{ELSEWHERE}/accounts/login/")),
        {"forwarded_headers"},
    ),
    "believed-user": (besides("forwarded", answer("GET /api/v1/me")), {"forwarded_headers"}),
    "host-in-the-page": (
        besides("forwarded", answer("GET /accounts/login/", body=f"<a href='https://{ELSEWHERE}/'>")),
        {"forwarded_headers"},
    ),
    "large-body": (besides("large", error("POST /hooks/github/none", 404)), {"large_bodies"}),
    "large-body-is-waited-for": (besides("large", Answer("POST /x", 0, trouble="no answer")), {"large_bodies"}),
    "trace-of-a-fault": (
        besides("errors", answer("GET /x", 400, body="Traceback (most recent call last)")), {"error_pages"},
    ),
    "fault": (besides("errors", error("GET /x", 500)), {"error_pages"}),
    "error-without-shape": (
        besides("errors", answer("GET /x", 404, kind="application/json", body="[]")), {"error_pages"},
    ),
    "no-error": (besides("errors", answer("GET /accounts/none-such/")), {"error_pages"}),
    "traversed": (besides("traversal", answer("GET //etc/passwd", body="root:x:0:0:")), {"traversal"}),
    "traversed-with-an-error": (
        besides("traversal", answer("GET //etc/passwd", 404, body="root:x:0:0:")), {"traversal"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_weakened_is_found_and_nothing_else(case: str) -> None:
    weaken, expected = CASES[case]
    assert amiss(weaken(door())).keys() == expected


GROUPS = [name for name in Looked._fields if isinstance(getattr(door(), name), list)]
NOT_KNOWN = {"strong": "not known", "weak": "not known", "negotiated": "none", "certificate": None}


def test_of_a_door_that_does_not_answer_nothing_is_good() -> None:
    silent = Answer("GET /", 0, trouble="no answer (timed out)")
    found = replaced(door(), NOT_KNOWN | {group: [silent] for group in GROUPS})
    assert set(amiss(found)) == {name.partition(".")[2] for name in DOOR}


def test_of_what_was_not_asked_nothing_is_good() -> None:
    found = replaced(door(), NOT_KNOWN | {group: [] for group in GROUPS})
    assert set(amiss(found)) == {name.partition(".")[2] for name in DOOR}


@pytest.mark.parametrize(
    "told_policy",
    [
        pytest.param("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", id="of-errors"),
        pytest.param(POLICY.replace("'nonce-abc'", "'nonce-a*b/c:d=='"), id="odd-nonce"),
    ],
)  # fmt: skip
def test_a_strict_policy_is_known_as_one(told_policy: str) -> None:
    assert is_strict(told_policy)
