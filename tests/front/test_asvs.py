"""What the host judges of the door, by the shipped nginx before the real web: good as shipped, bad where weakened."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test import RequestFactory
from host.asvs import door, refusals
from host.asvs.findings import DOOR

from tests.front.door import HOST, opened

SECURE = {
    "ALLOWED_HOSTS": [HOST],
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
    "CSRF_COOKIE_SECURE": True,
    "SESSION_COOKIE_NAME": "__Host-session",
    "SESSION_COOKIE_SECURE": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    # Files as they lie in the folder: nothing was collected.
    "WHITENOISE_USE_FINDERS": True,
    "WHITENOISE_AUTOREFRESH": True,
}
"""As settings are in production, where they differ from those of tests."""
HSTS = 'add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;'
VERSIONS = "ssl_protocols TLSv1.2 TLSv1.3;"
SHA = "ECDHE-ECDSA-AES128-SHA"


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - Python's name
        """To nobody."""


@pytest.fixture
def web(transactional_db: None, settings: LazySettings) -> ThreadedWSGIServer:
    """The application itself, not started; its settings are to be changed before it is first asked."""
    for name, value in SECURE.items():
        setattr(settings, name, value)
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    handler = cache(WSGIHandler)

    def application(environment: dict[str, Any], start: Any) -> Any:
        # Read only now, so that a test may change them before.
        return handler()(environment, start)

    server.set_app(application)
    return server


def amiss(
    folder: Path,
    web: ThreadedWSGIServer,
    changes: Mapping[str, str] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """What was found of all that is not good."""
    given: dict[str, Any] = dict(environment or {})
    # The first answer loads all of the application, which takes its time on a busy machine.
    asked = RequestFactory().get("/accounts/login/", secure=True, SERVER_NAME=HOST)
    application = web.get_app()
    assert application
    application(asked.environ, lambda *_: lambda _: None)
    with opened(folder, web=web, changes=changes or {}, **given) as front:
        way = door.Way(
            *(f"https://{HOST}", "127.0.0.1", front.port, (front.authority.root,)),
            proxy_protocol="PLUMBLINE_PROXY_PROTOCOL" in given,
            plain_port=front.plain_port,
        )
        found = refusals.judge(door.look(way))
    assert {one.name for one in found} == set(DOOR)
    return {one.name: one.found for one in found if not one.is_good}


def test_as_shipped_everything_is_good(web: ThreadedWSGIServer, tmp_path: Path) -> None:
    assert amiss(tmp_path, web) == {}


def test_so_it_is_behind_a_balancer_that_speaks_the_proxy_protocol(
    web: ThreadedWSGIServer, tmp_path: Path
) -> None:
    environment = {"PLUMBLINE_PROXY_PROTOCOL": "on", "PLUMBLINE_TRUSTED_PROXIES": "127.0.0.9"}
    assert amiss(tmp_path, web, environment=environment) == {}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({HSTS: ""}, {"door.hsts"}, id="no-hsts"),
        pytest.param({"max-age=63072000": "max-age=600"}, {"door.hsts"}, id="short-hsts"),
        pytest.param(
            {"ECDHE-ECDSA-CHACHA20-POLY1305": f"ECDHE-ECDSA-CHACHA20-POLY1305:{SHA}"},
            {"door.tls_ciphers"},
            id="cipher-with-cbc",
        ),
        pytest.param(
            {
                VERSIONS: "ssl_protocols TLSv1.1 TLSv1.2 TLSv1.3;",
                "ECDHE-ECDSA-CHACHA20-POLY1305": f"ECDHE-ECDSA-CHACHA20-POLY1305:{SHA}:@SECLEVEL=0",
            },
            # Nothing that TLS 1.1 can speak is strong.
            {"door.tls_versions", "door.tls_ciphers"},
            id="tls-1.1",
        ),
        pytest.param({VERSIONS: "ssl_protocols TLSv1.2;"}, {"door.tls_versions"}, id="no-tls-1.3"),
        pytest.param(
            {"return 301 $public_url$request_uri": "proxy_pass $web"},
            {"door.plain_http"},
            id="served-plainly",
        ),
        pytest.param(
            {"client_max_body_size 1m;": "client_max_body_size 2m;"},
            {"door.large_bodies"},
            id="larger-bodies",
        ),
        pytest.param(
            {"server_tokens off;": "server_tokens on;"},
            {"door.no_versions"},
            id="server-tells-its-version",
        ),
        pytest.param(
            {HSTS: f"{HSTS}\n    add_header Access-Control-Allow-Origin * always;"},
            {"door.cross_origin"},
            id="open-to-all-origins",
        ),
        pytest.param(
            {"location / { return 421; }": "location / { return 200 here; }"},
            {"door.unknown_host"},
            id="any-host",
        ),
    ],
)
def test_what_is_weakened_is_found_and_nothing_else(
    web: ThreadedWSGIServer, tmp_path: Path, changes: Mapping[str, str], expected: set[str]
) -> None:
    assert amiss(tmp_path, web, changes).keys() == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param({"CSRF_COOKIE_SECURE": False}, {"door.cookies"}, id="cookie-without-secure"),
        pytest.param({"CSRF_COOKIE_NAME": "csrftoken"}, {"door.cookies"}, id="cookie-of-any-host"),
        pytest.param(
            {"SECURE_REFERRER_POLICY": "unsafe-url"}, {"door.referrer_policy"}, id="referrers-told"
        ),
        pytest.param({"X_FRAME_OPTIONS": "ALLOWALL"}, {"door.framing"}, id="framed"),
        pytest.param(
            {"WHITENOISE_ALLOW_ALL_ORIGINS": True},
            {"door.cross_origin"},
            id="files-for-all-origins",
        ),
    ],
)
def test_what_is_weakened_in_web_is_found_and_nothing_else(
    web: ThreadedWSGIServer,
    settings: LazySettings,
    tmp_path: Path,
    change: Mapping[str, Any],
    expected: set[str],
) -> None:
    for name, value in change.items():
        setattr(settings, name, value)
    assert amiss(tmp_path, web).keys() == expected
