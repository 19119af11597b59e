"""The way out to a provider: its own hosts, its own authority, bounded in size, and nowhere else."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from backend.accounts.sso import outgoing
from backend.accounts.sso.outgoing import OutOfBounds, Session, told
from backend.accounts.sso.questions import GITHUB_META
from backend.outbound.destinations import destination_of
from backend.outbound.models import Traffic
from tests.accounts.sso.providers import a_provider
from tests.simulators.conftest import certificate

__all__ = ["certificate"]

pytestmark = pytest.mark.django_db


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "https://other.example/")
            self.end_headers()
            return
        body = b"x" * (outgoing.MAXIMUM_BYTES + 1) if self.path == "/large" else b'{"here": true}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody asks."""


@contextmanager
def serving(certificate: tuple[Path, Path] | None = None) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    scheme, host = ("https", "localhost") if certificate else ("http", "127.0.0.1")
    try:
        yield f"{scheme}://{host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_provider_s_own_authority_is_trusted_and_no_other_is_without_it(
    certificate: tuple[Path, Path],
) -> None:
    with serving(certificate) as url:
        trusting = a_provider(address=url, ca_certificate=certificate[0].read_text())
        with Session(trusting, GITHUB_META) as session:
            assert session.get(f"{url}/").json() == {"here": True}
        strange = a_provider(address=url)
        with (
            Session(strange, GITHUB_META) as session,
            pytest.raises(requests.exceptions.SSLError) as error,
        ):
            session.get(f"{url}/")
        assert "own authority" in told(strange, error.value)


def test_neither_another_host_nor_a_redirect_nor_too_much_is_followed() -> None:
    with serving() as url:
        provider = a_provider(address=url)
        with Session(provider, GITHUB_META) as session:
            assert session.get(f"{url}/").status_code == 200
            for path in ("/away", "/large"):
                with pytest.raises(OutOfBounds):
                    session.get(url + path)
            with pytest.raises(OutOfBounds, match=r"other\.example"):
                session.get("https://other.example/")


def test_a_host_that_is_not_there_is_told() -> None:
    with serving() as url:
        provider = a_provider(address=url)
    with (
        Session(provider, GITHUB_META) as session,
        pytest.raises(requests.ConnectionError) as error,
    ):
        session.get(f"{url}/")
    assert "cannot be reached" in told(provider, error.value)


def test_what_was_asked_stands_in_the_ledger_also_where_it_came_to_nothing() -> None:
    with serving() as url:
        provider = a_provider(address=url)
        for path in ("/", "/away", "/large"):
            with Session(provider, GITHUB_META) as session, suppress(OutOfBounds):
                session.get(url + path)
        with Session(provider, GITHUB_META) as session, pytest.raises(OutOfBounds):
            session.get("https://other.example/")
    with Session(provider, GITHUB_META) as session, pytest.raises(requests.ConnectionError):
        session.get(f"{url}/")
    row = Traffic.objects.get()
    assert (row.destination, row.purpose) == (destination_of(url), Traffic.Purpose.SIGN_IN)
    assert (row.query.name, row.query.kept) == (GITHUB_META.name, list(GITHUB_META.kept or ()))
    # Of the three that were sent, one was given up for its size; the last one found nobody.
    assert (row.requests, row.refused, row.failed) == (4, 0, 2)
    assert 3 * 100 < row.bytes_sent < 3 * 400
    assert outgoing.MAXIMUM_BYTES < row.bytes_received < outgoing.MAXIMUM_BYTES + 10**6
