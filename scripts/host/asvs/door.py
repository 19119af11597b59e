"""Asks the front door, from this host, as a browser and as an attacker would. Changes nothing and judges nothing."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import time
from pathlib import Path
from typing import Final, Mapping, NamedTuple, Optional, Sequence, Tuple
from urllib.parse import urlsplit

from host.asvs import hello
from host.asvs.answers import ECHO, ELSEWHERE, Answer, Looked, Shown
from host.ending import Refused
from host.programs import openssl

SECONDS: Final = 10
_READ: Final = 1 << 18
_MEGABYTE: Final = 1 << 20
_ADDRESS: Final = re.compile(r"[\d.]+|.*:.*")
_STATIC: Final = re.compile(r'(?:src|href)="(/static/[^"?]+)')
SIGN_IN: Final = "/accounts/login/"
PAGES: Final = (SIGN_IN, "/", "/api/v1/me", "/admin/", "/docs/", "/healthz")
ERRORS: Final = (
    *("/accounts/none-such/", "/api/v1/none-such", "/static/none-such.js", "/docs/none-such"),
    "/api/v1/teams/%00",
)
API: Final = (
    *("me", "teams", "people", "people/identities", "pull-requests", "issues", "audit/events"),
    *("inventory", "outbound", "erasures", "subject-requests", "backups", "at-rest", "your-data"),
)
ADMIN: Final = ("/admin/", "/admin/login/", "/admin/accounts/user/")
HIDDEN: Final = (
    *("/.git/HEAD", "/.git/config", "/.env", "/.htaccess", "/.svn/entries", "/.DS_Store"),
    *("/manage.py", "/compose.yaml", "/pyproject.toml", "/backup.sql", "/db.sqlite3"),
    *("/index.html.bak", "/static/", "/static/app/", "/static/.git/HEAD", "/server-status"),
)
TRAVERSALS: Final = (
    *("/static/../manage.py", "/static/..%2f..%2fmanage.py", "/static/%2e%2e/%2e%2e/etc/passwd"),
    *("/static/..%5c..%5cmanage.py", "/static/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd", "//etc/passwd"),
    *("/docs/..%2f..%2fetc%2fpasswd", "/docs/pictures/..%2f..%2f..%2fetc%2fpasswd", "/static/..;/manage.py"),
)  # fmt: skip
METHODS: Final = (
    *(("TRACE", "/"), ("TRACE", SIGN_IN), ("TRACK", "/"), ("PROPFIND", "/"), ("DELETE", "/")),
    *(("PUT", SIGN_IN), ("DELETE", SIGN_IN), ("PATCH", SIGN_IN), ("DELETE", "/api/v1/me")),
)
CLAIMED: Final = {
    "X-Forwarded-Host": ELSEWHERE,
    "X-Forwarded-Proto": "http",
    "X-Forwarded-For": "127.0.0.1",
    "X-Real-IP": "127.0.0.1",
    "Forwarded": f"for=127.0.0.1;host={ELSEWHERE};proto=http",
    "X-Original-URL": "/healthz",
    "X-Rewrite-URL": "/healthz",
    "Remote-User": "owner@plumbline.example",
    "X-Remote-User": "owner@plumbline.example",
}
LARGE: Final = (
    (SIGN_IN, _MEGABYTE + 1),
    ("/hooks/github/none", 25 * _MEGABYTE + 1),
    ("/api/v1/test-results", 50 * _MEGABYTE + 1),
)


class Way(NamedTuple):
    """How the door is reached from here."""

    url: str
    address: str
    port: int
    authorities: Tuple[Path, ...]
    """PEM of those that browsers know besides what this machine does."""
    proxy_protocol: bool = False
    """The door takes nobody who does not say first for whom he asks."""
    plain_port: Optional[int] = None
    """Where the redirection from plain HTTP is published."""

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def named(self) -> str:
        """As browsers name it in Host."""
        return urlsplit(self.url).netloc

    def connected(self, port: Optional[int] = None) -> socket.socket:
        connection = socket.create_connection((self.address, port or self.port), SECONDS)
        if self.proxy_protocol and port is None:
            connection.sendall(b"PROXY UNKNOWN\r\n")
        return connection

    def trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        for file in self.authorities:
            if file.is_file():
                context.load_verify_locations(file)
        return context

    def shaken(self) -> ssl.SSLSocket:
        """A connection whose certificate was verified, for this host."""
        return self.trust().wrap_socket(self.connected(), server_hostname=self.host)


def look(way: Way) -> Looked:
    """All of it. Raises Refused where nothing answers there."""
    try:
        way.connected().close()
    except OSError as error:
        raise Refused(f"nothing answers at {way.address}:{way.port}: {error}.") from None
    pages = [ask(way, path) for path in PAGES]
    files = list(dict.fromkeys(_STATIC.findall(pages[0].body)))[:2]
    no_name = _ADDRESS.fullmatch(way.host)
    return Looked(
        host=way.host,
        public=way.url,
        negotiated=_negotiated(way),
        old={name: offered(way, code, (*hello.STRONG, *hello.WEAK)) for name, code in hello.OLD.items()},
        strong=offered(way, hello.TLS_1_2, hello.STRONG),
        weak=offered(way, hello.TLS_1_2, hello.WEAK),
        certificate=_shown(way),
        unknown_shows="none" if no_name else _unknown_shows(way),
        pages=pages,
        static=[ask(way, file) for file in files],
        errors=[
            *(ask(way, path) for path in ERRORS),
            ask(way, SIGN_IN, method="POST"),
            ask(way, f"/{'a' * 9000}"),
        ],
        plain=_plain(way),
        foreign=_foreign(way),
        methods=[ask(way, path, method=method, headers={"X-Echo": ECHO}) for method, path in METHODS],
        hidden=[ask(way, path) for path in (*HIDDEN, *_copies(files))],
        hosts=[ask(way, path, named=ELSEWHERE) for path in ("/", "/healthz", SIGN_IN)],
        api=[
            *(ask(way, f"/api/v1/{path}") for path in API),
            *(ask(way, path) for path in ("/scim/v2/Users", "/metrics")),
            *(ask(way, f"/api/v1/{path}", method="POST") for path in ("deployments", "test-results")),
        ],
        admin=[ask(way, path) for path in ADMIN],
        forwarded=[ask(way, path, headers=CLAIMED) for path in (SIGN_IN, "/", "/api/v1/me", "/admin/")],
        large=[ask(way, path, method="POST", headers={"Content-Length": str(size)}) for path, size in LARGE],
        traversal=[ask(way, path) for path in TRAVERSALS],
    )  # fmt: skip


def _copies(files: Sequence[str]) -> list[str]:
    """As editors and builds leave them beside a file."""
    return [f"{file}{ending}" for file in files for ending in (".map", ".bak", "~")]


def ask(
    way: Way,
    path: str,
    *,
    method: str = "GET",
    headers: Optional[Mapping[str, str]] = None,
    named: str = "",
    port: Optional[int] = None,
) -> Answer:
    """One request; without TLS where a port is named for that, or -1 for the door's own. A fault is an answer, too."""
    asked = f"{method} {path[:80]}"
    try:
        plain = None if port == -1 else port
        with way.connected(plain) if port else way.shaken() as connection:
            talk = http.client.HTTPConnection(way.host, timeout=SECONDS)
            talk.sock = connection
            talk.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            given = {"Host": named or way.named, "Connection": "close", **(headers or {})}
            if method in ("POST", "PUT", "PATCH"):
                given.setdefault("Content-Length", "0")
            for name, value in given.items():
                talk.putheader(name, value)
            talk.endheaders()
            answer = talk.getresponse()
            body = answer.read(_READ).decode(errors="replace")
            told = tuple((name.lower(), value) for name, value in answer.getheaders())
            return Answer(asked, answer.status, told, body)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(asked, 0, trouble=f"no answer ({error or type(error).__name__})")


def offered(way: Way, version: int, ciphers: Sequence[int]) -> str:
    """What becomes of such an offer, in a word."""
    try:
        found = _begun(way, version, ciphers, way.host)
    except OSError as error:
        return f"not known ({error})"
    return f"accepted (0x{found.cipher:04X})" if found.accepted else "refused"


def _begun(way: Way, version: int, ciphers: Sequence[int], name: str) -> hello.Answered:
    with way.connected() as connection:
        by_name = "" if _ADDRESS.fullmatch(name) else name
        connection.sendall(hello.hello(version, ciphers, by_name))
        return hello.answered(connection)


def _negotiated(way: Way) -> str:
    try:
        with way.shaken() as connection:
            return connection.version() or "none"
    except OSError as error:
        return f"none ({error})"


def _shown(way: Way) -> Optional[Shown]:
    """None where no certificate could be seen."""
    try:
        der = _begun(way, hello.TLS_1_2, hello.STRONG, way.host).certificate
        text = openssl("x509", "-inform", "DER", "-noout", "-text", stdin=der).decode()
        end = openssl("x509", "-inform", "DER", "-noout", "-enddate", stdin=der).decode()
    except (OSError, Refused):
        return None
    try:
        way.shaken().close()
        trouble = ""
    except ssl.SSLCertVerificationError as error:
        trouble = error.verify_message
    except OSError as error:
        trouble = str(error)
    bits = re.search(r"Public-Key: \((\d+) bit", text)
    kind = re.search(r"Public Key Algorithm: (\S+)", text)
    signature = re.search(r"Signature Algorithm: (\S+)", text)
    ends = ssl.cert_time_to_seconds(end.strip().partition("=")[2])
    return Shown(
        days=int((ends - time.time()) // 86400),
        key=f"{_KINDS.get(kind[1], kind[1]) if kind else '?'} {bits[1] if bits else 0}",
        signature=signature[1] if signature else "?",
        trouble=trouble,
    )


_KINDS: Final = {"id-ecPublicKey": "EC", "rsaEncryption": "RSA"}


def _unknown_shows(way: Way) -> str:
    try:
        der = _begun(way, hello.TLS_1_2, hello.STRONG, ELSEWHERE).certificate
    except OSError as error:
        return f"not known ({error})"
    if not der:
        return "none"
    return "this host's" if way.host.encode() in der else "unnamed"


def _plain(way: Way) -> list[Answer]:
    paths = ("/", f"{SIGN_IN}?a=b")
    found = [ask(way, path, port=-1) for path in paths]
    if way.plain_port:
        found += [ask(way, path, port=way.plain_port) for path in paths]
    return found


def _foreign(way: Way) -> list[Answer]:
    origins = (f"https://{ELSEWHERE}", "null")
    preflight = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    return [
        *(ask(way, path, headers={"Origin": origin}) for path in ("/api/v1/me", SIGN_IN) for origin in origins),
        *(ask(way, "/api/v1/teams", method="OPTIONS", headers={"Origin": origin, **preflight}) for origin in origins),
    ]  # fmt: skip
