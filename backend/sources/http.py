"""The one way out: every request to an outside system goes through `Client`.

It trusts the connection's own authority besides the system's, follows to another host for a file alone and without the
token, limits time and size, tries again what may pass by itself, and turns whatever goes wrong into a `SourceError`
that says what to do.
It never sleeps for a rate limit: it says when to come back. Who it signs in as is an `Access`, and what it may ask
is a `Meter`'s to say. Each request stands in the outbound ledger before it is sent.
"""

import re
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final, Protocol, Self
from urllib.parse import urljoin, urlsplit

import httpx
import stamina

from backend.outbound import graphql, trust
from backend.outbound.destinations import destination_of
from backend.outbound.ledger import Exchange, Ledger
from backend.outbound.models import Traffic
from backend.outbound.proxy import proxy
from backend.outbound.questions import Question
from backend.sources import answers
from backend.sources.answers import Answer
from backend.sources.connecting import unreachable
from backend.sources.endpoints import NOTHING_LISTED, Catalogue, a_file
from backend.sources.errors import CredentialRefused, Overloaded, Passing, SourceError
from backend.sources.limits import Meter, Unmetered
from backend.sources.wire import received, watched

AGENT: Final = "Plumbline"
TIMEOUT: Final = httpx.Timeout(30, connect=10)
TOTAL_SECONDS: Final = 120
MAXIMUM_BYTES: Final = 100 * 1024 * 1024
TRIES: Final = 3
REDIRECTS: Final = 3
_GZIP: Final = zlib.MAX_WBITS | 16
"""What zlib calls a gzip stream."""


@dataclass
class Usage:
    """What was asked of the source in one session, for SyncRun."""

    requests: int = 0
    points: int = 0
    not_modified: int = 0


class Judge(Protocol):
    """What a source's answers mean beyond what they mean everywhere."""

    def __call__(
        self,
        status: int,
        content: bytes,
        headers: Mapping[str, str],
        *,
        host: str,
        unsaid_wait: Callable[[], timedelta],
    ) -> None:
        """Raises SourceError where it knows better; redirects of the source are asked about too."""


class Access(Protocol):
    """What a session signs in with. The token may change while the session lasts."""

    def token(self) -> str:
        """One that is valid now. Raises SourceError."""

    def accepted(self) -> None:
        """The server took it."""

    def refused(self) -> bool:
        """The server did not take it; True where another one is worth a try."""


@dataclass(frozen=True)
class FixedToken:
    """A token that is what it is."""

    secret: str = field(repr=False)

    def token(self) -> str:
        return self.secret

    def accepted(self) -> None:
        """Nothing to note."""

    def refused(self) -> bool:
        return False


@dataclass(frozen=True)
class _Question:
    method: str
    path: str
    parameters: Mapping[str, str | int] | None = None
    body: Mapping[str, Any] | None = None
    unless: str = ""
    interface: str = "rest"
    label: str = "rest"
    at_most: int = 0
    """Bytes of a file that is asked for, wherever the source keeps it; 0: JSON of the source's own."""


@dataclass
class Client:
    """A session with one host."""

    base_url: str
    headers: Mapping[str, str] = field(repr=False)
    ca_certificate: str = field(default="", repr=False)
    access: Access | None = field(default=None, repr=False)
    meter: Meter = field(default_factory=Unmetered, repr=False)
    scheme: str = "Bearer"
    """How the token is presented."""
    judge: Judge | None = field(default=None, repr=False)
    catalogue: Catalogue = field(default=NOTHING_LISTED, repr=False)
    """What is asked of the REST interface, for the outbound ledger."""
    purpose: Traffic.Purpose = Traffic.Purpose.COLLECT
    usage: Usage = field(default_factory=Usage)
    server_version: str = ""
    """As the last answer told it; empty where the server tells none."""
    clock_ahead: timedelta = timedelta()
    """Of the server's clock to ours, as the last answer told it."""

    def __post_init__(self) -> None:
        self.host = urlsplit(self.base_url).netloc
        self._ledger = Ledger(self.purpose)
        headers = {"Accept-Encoding": "gzip"} | dict(self.headers)
        self._http = httpx.Client(
            headers=headers,
            timeout=TIMEOUT,
            verify=trust.shared(self.ca_certificate),
            proxy=proxy() or None,
            trust_env=not proxy(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        with self._ledger:
            self.meter.flush()

    def get(
        self,
        path: str,
        parameters: Mapping[str, str | int] | None = None,
        *,
        unless: str = "",
        tries: int = TRIES,
        label: str = "",
    ) -> Answer:
        """A REST answer as JSON. Raises SourceError. `unless`: an entity tag; 304 where it still holds."""
        question = _Question("GET", path, parameters, unless=unless, label=label or _route(path))
        return self._patiently(question, tries=tries)

    def download(self, path: str, *, at_most: int) -> bytes:
        """A file; where the source keeps it elsewhere, fetched from there without the token. Raises SourceError."""
        found = self._patiently(_Question("GET", path, label=_route(path), at_most=at_most)).body
        return bytes(found)

    def post(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        tries: int = TRIES,
        interface: str = "rest",
        label: str = "rest",
    ) -> Answer:
        """A JSON answer to a JSON question, asked again where that may help. Raises SourceError."""
        question = _Question("POST", path, body=body, interface=interface, label=label)
        return self._patiently(question, tries=tries)

    def patch(self, path: str, body: Mapping[str, Any]) -> Answer:
        """As `post`. Setting the same twice does no harm. Raises SourceError."""
        return self._patiently(_Question("PATCH", path, body=body))

    def _patiently(self, question: _Question, *, tries: int = TRIES) -> Answer:
        for attempt in stamina.retry_context(
            on=Passing, attempts=tries, timeout=TOTAL_SECONDS, wait_initial=0.2, wait_max=10
        ):
            with attempt:
                return self._signed_in(question)
        raise AssertionError("a retry either returns or raises")

    def _signed_in(self, question: _Question) -> Answer:
        """With another token where the first one is refused and there is another."""
        if self.access is None:
            return self._once(question)
        for left in reversed(range(TRIES)):
            try:
                answer = self._once(question)
            except CredentialRefused:
                if not self.access.refused() or not left:
                    raise
            else:
                self.access.accepted()
                return answer
        raise AssertionError("the last try either returns or raises")

    def _once(self, question: _Question) -> Answer:
        url, parameters = self._own(question.path), question.parameters
        for _ in range(REDIRECTS + 1):
            status, content, headers = self._exchange(question, url, parameters)
            if self.judge and self._is_own(url):
                self.judge(
                    status,
                    content,
                    headers,
                    host=self.host,
                    unsaid_wait=self.meter.unsaid_wait,
                )
            if status not in {301, 302, 307, 308}:
                if not self._is_own(url):
                    stranger = urlsplit(url).netloc
                    return answers.of_a_stranger(
                        status, content, headers, host=self.host, stranger=stranger
                    )
                return answers.of_the_source(
                    status,
                    content,
                    headers,
                    host=self.host,
                    is_file=question.at_most > 0,
                    unsaid_wait=self.meter.unsaid_wait,
                )
            location = headers.get("location", "")
            url, parameters = (self._any if question.at_most else self._own)(location), None
        raise SourceError(
            f"{self.host} redirects without end.", "Check the address.", permanent=True
        )

    def _own(self, address: str) -> str:
        """The whole address, where it leads to this server by this scheme: the token is for no other."""
        try:
            target = urljoin(f"{self.base_url}/", address)
            if _origin(target) == _origin(self.base_url):
                return target
            elsewhere = urlsplit(target).netloc
        except ValueError:
            elsewhere = "an address that is none"
        raise SourceError(
            f"{self.host} sends us on to {elsewhere}, or away from encryption.",
            "Enter the address that the browser shows after signing in there.",
            permanent=True,
        )

    def _any(self, address: str) -> str:
        """The whole address of a file, on any server that is not less well encrypted than this one."""
        # Private addresses too: an enterprise's own GitHub keeps its files on a storage host beside it.
        try:
            target = urljoin(f"{self.base_url}/", address)
            if _origin(target)[0] in {"https", _origin(self.base_url)[0]}:
                return target
        except ValueError:
            pass
        return self._own(address)

    def _is_own(self, url: str) -> bool:
        return _origin(url) == _origin(self.base_url)

    def _exchange(
        self, question: _Question, url: str, parameters: Mapping[str, str | int] | None
    ) -> tuple[int, bytes, Mapping[str, str]]:
        signed = self.access if self._is_own(url) else None
        headers = {"Authorization": f"{self.scheme} {signed.token()}"} if signed else {}
        if question.unless.isascii() and question.unless.isprintable() and question.unless:
            headers["If-None-Match"] = question.unless
        self.meter.admit(question.interface)
        self.usage.requests += 1
        request = self._http.build_request(
            question.method, url, params=parameters, json=question.body, headers=headers
        )
        began, status = time.monotonic(), 0
        try:
            with self._noted(question, request) as exchange:
                content, answer = self._sent(request, exchange, question.at_most)
                status = exchange.status = answer.status_code
        except httpx.TimeoutException as error:
            raise Overloaded(
                f"{self.host} did not answer in time.",
                "Nothing is lost; Plumbline tries again. If it stays so, look at the server's load.",
            ) from error
        except (
            httpx.RemoteProtocolError,
            httpx.ReadError,
            httpx.DecodingError,
            zlib.error,
        ) as error:
            raise Passing(
                f"{self.host} broke off its answer.", "Nothing is lost; Plumbline tries again."
            ) from error
        except httpx.TransportError as error:
            raise unreachable(urlsplit(url).netloc, error) from error
        else:
            if self._is_own(url):
                self._note_server(answer.headers)
            return status, content, answer.headers
        finally:
            same = status == HTTPStatus.NOT_MODIFIED
            self.usage.not_modified += same
            self.meter.note(
                interface=question.interface,
                seconds=time.monotonic() - began,
                label=question.label,
                not_modified=same,
            )

    def _sent(
        self, request: httpx.Request, exchange: Exchange, at_most: int
    ) -> tuple[bytes, httpx.Response]:
        deadline = time.monotonic() + TOTAL_SECONDS
        with closing(self._http.send(watched(request, exchange), stream=True)) as answer:
            try:
                return self._content(answer, deadline, at_most), answer
            finally:
                exchange.received += received(answer)

    def _noted(
        self, question: _Question, request: httpx.Request
    ) -> AbstractContextManager[Exchange]:
        """In the outbound ledger, by what is asked and without what of."""
        url = str(request.url)
        if self._is_own(url):
            return self._ledger.request(destination_of(url), self._told(question, url))
        files = Traffic.Purpose.FILES
        return self._ledger.request(destination_of(url), a_file(self.host), purpose=files)

    def _told(self, question: _Question, url: str) -> Question:
        if question.interface == "graphql" and question.body is not None:
            return graphql.question(question.body["query"])
        path = urlsplit(url).path.removeprefix(urlsplit(self.base_url).path.rstrip("/"))
        given = question.parameters or question.body or {}
        return self.catalogue.question(question.method, path, given)

    def _note_server(self, headers: Mapping[str, str]) -> None:
        told = headers.get("x-github-enterprise-version", "")
        self.server_version = told[:40] or self.server_version
        try:
            date = parsedate_to_datetime(headers.get("date", ""))
        except ValueError:
            return
        if date.tzinfo is not None:
            self.clock_ahead = date - datetime.now(UTC)

    def _content(self, answer: httpx.Response, deadline: float, at_most: int) -> bytes:
        """The body, unpacked here so that a small answer cannot become a large one before anybody looks."""
        coding = answer.headers.get("content-encoding", "identity").strip().lower()
        if coding not in {"identity", "gzip"}:
            raise httpx.DecodingError("a coding that was not asked for")
        unpack = zlib.decompressobj(_GZIP) if coding == "gzip" else None
        content = bytearray()
        for chunk in answer.iter_raw():
            left = MAXIMUM_BYTES + 1 - len(content)
            content += unpack.decompress(chunk, left) if unpack else chunk
            if at_most and len(content) > at_most:
                raise SourceError(
                    f"A file of {self.host} is larger than {at_most:,} bytes.",
                    "Nothing: it is passed over.",
                    permanent=True,
                )
            if len(content) > MAXIMUM_BYTES:
                raise Overloaded(
                    f"An answer of {self.host} is larger than {MAXIMUM_BYTES:,} bytes.",
                    "Plumbline asks for smaller pages.",
                )
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("the whole answer took too long")
        if unpack and not unpack.eof:
            raise httpx.DecodingError("the packed body ends too soon")
        return bytes(content)


def _route(path: str) -> str:
    """What kind of address it is, without names and numbers."""
    above, _, last = urlsplit(path).path.rstrip("/").rpartition("/")
    return last if re.fullmatch(r"[a-z_-]+", last) else f"{above.rpartition('/')[2]}/*"


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, name and port. Raises ValueError where the address is none."""
    address = urlsplit(url)
    port = address.port or {"https": 443, "http": 80}.get(address.scheme)
    return address.scheme, address.hostname, port
