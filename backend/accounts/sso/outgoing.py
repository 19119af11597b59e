"""The way out to an identity provider: to its own hosts, by its own authority, in bounded time and size.

allauth speaks through `requests`, so this is a session of that library. As everywhere, it goes through the allow-list
proxy; where none is set, a proxy that the environment names is used. Private addresses are no exception: an
enterprise's provider stands on one.
"""

import time
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from backend.accounts.models import IdentityProvider
from backend.outbound.destinations import destination_of
from backend.outbound.heads import weight
from backend.outbound.ledger import Exchange, Ledger
from backend.outbound.models import Traffic
from backend.outbound.proxy import NOT_OPEN, WHAT_TO_DO, not_open, proxy
from backend.outbound.questions import Question
from backend.outbound.trust import trusting

CONNECT_SECONDS: Final = 5
READ_SECONDS: Final = 10
TOTAL_SECONDS: Final = 20
MAXIMUM_BYTES: Final = 2 * 1024 * 1024
_LOOPBACK: Final = {"127.0.0.1", "localhost"}


class OutOfBounds(requests.RequestException):
    """The request or its answer is not what a provider may lead to; the message says what and is for administrators."""


def may_call(provider: IdentityProvider, url: str) -> bool:
    """Whether the address is at one of the provider's own hosts, and encrypted unless it is this machine."""
    try:
        parts = urlsplit(url)
        own = urlsplit(provider.address)
        encrypted = parts.scheme == "https" or (
            parts.scheme == "http" and parts.hostname in _LOOPBACK
        )
        same_place = (parts.hostname, _port(parts)) == (own.hostname, _port(own))
        listed = parts.hostname in provider.other_hosts and _port(parts) in {443, _port(own)}
    except ValueError:
        return False
    return encrypted and parts.hostname is not None and (same_place or listed)


def _port(parts: Any) -> int | None:
    port: int | None = parts.port
    return port or {"https": 443, "http": 80}.get(parts.scheme)


class Session(requests.Session):
    """For one provider and one question. Raises requests.RequestException, whatever goes wrong."""

    def __init__(self, provider: IdentityProvider, question: Question) -> None:
        super().__init__()
        self.provider, self.question = provider, question
        self.headers.update({"User-Agent": "Plumbline", "Accept": "application/json, */*;q=0.5"})
        if proxy():
            self.trust_env = False
            self.proxies = {"http": proxy(), "https": proxy()}
        self.mount("https://", _OwnAuthority(provider.ca_certificate))

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        url = request.url or ""
        if not may_call(self.provider, url):
            raise OutOfBounds(f"{urlsplit(url).netloc} is none of the provider's hosts.")
        kwargs |= {
            "allow_redirects": False,
            "stream": True,
            "timeout": (CONNECT_SECONDS, READ_SECONDS),
        }
        with (
            Ledger(Traffic.Purpose.SIGN_IN) as ledger,
            ledger.request(destination_of(url), self.question) as exchange,
        ):
            response = self._sent(request, exchange, kwargs)
        if response.is_redirect:
            elsewhere = urlsplit(response.headers["location"]).netloc or "another address"
            raise OutOfBounds(f"{urlsplit(url).netloc} sends us on to {elsewhere}.")
        return response

    def _sent(
        self, request: requests.PreparedRequest, exchange: Exchange, options: dict[str, Any]
    ) -> requests.Response:
        deadline = time.monotonic() + TOTAL_SECONDS
        try:
            response = super().send(request, **options)
        except requests.ReadTimeout:
            exchange.sent = _weight(request)
            raise
        exchange.sent = _weight(request)
        try:
            content = b"" if response.is_redirect else _read(response, deadline)
        finally:
            line = len("HTTP/1.1 200 ") + len(response.reason or "")
            exchange.received = weight(line, response.headers.items()) + response.raw.tell()
            response.close()
        response._content = content  # noqa: SLF001 - requests reads whole or not at all
        exchange.status = response.status_code
        return response


class _OwnAuthority(HTTPAdapter):
    """Trusts the system's authorities and the given one."""

    def __init__(self, ca_certificate: str) -> None:
        self._context = trusting(ca_certificate)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context says whom to trust, not the list of authorities that comes with requests."""
        conn.cert_reqs = "CERT_REQUIRED"


def _read(response: requests.Response, deadline: float) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(64 * 1024):
        content += chunk
        if len(content) > MAXIMUM_BYTES:
            response.close()
            raise OutOfBounds(f"An answer is larger than {MAXIMUM_BYTES:,} bytes.")
        if time.monotonic() > deadline:
            response.close()
            raise requests.ReadTimeout("The whole answer took too long.")
    return bytes(content)


def _weight(request: requests.PreparedRequest) -> int:
    """Bytes of a request that was sent, without TLS."""
    line = len(f"{request.method} {request.path_url} HTTP/1.1")
    body = request.body if isinstance(request.body, str | bytes) else b""
    sent = body.encode() if isinstance(body, str) else body
    return weight(line, request.headers.items()) + len(sent)


def told(provider: IdentityProvider, error: Exception) -> str:
    """What went wrong on the way, in the words of somebody who can mend it; holds nothing of an answer."""
    host = urlsplit(provider.address).netloc
    if isinstance(error, OutOfBounds):
        return f"{error} If that is right, list the host under “other hosts”."
    if isinstance(error, requests.exceptions.SSLError):
        return (
            f"The certificate of {host} cannot be verified. If your own authority signed it, paste that "
            "authority's certificate here."
        )
    if isinstance(error, requests.Timeout):
        return f"{host} did not answer in time."
    if isinstance(error, requests.ConnectionError):
        return _unreachable(host, error)
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"{host} answered with {error.response.status_code}."
    return f"{host} did not answer as expected."


def _unreachable(host: str, error: requests.ConnectionError) -> str:
    if f"Tunnel connection failed: {NOT_OPEN.value} " in str(error):
        asked = urlsplit(str(error.request.url)).netloc if error.request else host
        return f"{not_open(asked)} {WHAT_TO_DO}"
    return f"{host} cannot be reached. Check the address, and that a firewall or proxy lets Plumbline through."
