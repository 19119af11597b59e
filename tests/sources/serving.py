"""A server on loopback that answers as a test says, and a client of it."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from backend.sources.errors import SourceError
from backend.sources.http import Client

TOKEN = "Bearer ghp_the_token_of_the_http_tests"
Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def serving(
    answer: Callable[[BaseHTTPRequestHandler], Answer | None],
    identity: tuple[Path, Path] | None = None,
) -> Iterator[tuple[str, list[str]]]:
    """A server's address, and the Authorization header of each request; None breaks the connection off."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.append(self.headers.get("Authorization", ""))
            given = answer(self)
            if given is None:
                self.close_connection = True
                return
            status, headers, body = given
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def do_PATCH(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        scheme = "http"
        if identity:
            scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*identity)
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients that refuse us are wanted
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"{scheme}://localhost:{server.server_port}", seen
        finally:
            server.shutdown()
            thread.join()


def fixed(status: int, body: bytes = b"{}", **headers: str) -> Callable[[object], Answer]:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: (status, told, body)


def client(url: str, ca_certificate: str = "") -> Client:
    return Client(url, {"Authorization": TOKEN}, ca_certificate)


def failure(url: str, *, ca_certificate: str = "") -> SourceError:
    with client(url, ca_certificate) as source, pytest.raises(SourceError) as caught:
        source.get("/api/v3/meta")
    assert caught.value.action
    assert TOKEN not in f"{caught.value.reason}{caught.value.action}"
    return caught.value
