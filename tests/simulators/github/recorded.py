"""Answers of github.com as Octokit recorded them, told again over HTTP in their order."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.simulators.npm import FIXTURES

API = "https://api.github.com"
KEPT = frozenset({"content-type", "etag", "link", "location"})
"""The headers that tell something, besides those whose names begin with ``x-``."""


@dataclass(frozen=True)
class Exchange:
    """One request and its answer; ``path`` is below the interface's root and has the query."""

    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Recording:
    """What is still to be asked, and what was asked that was not recorded."""

    url: str
    waiting: list[Exchange]
    strange: list[str] = field(default_factory=list)

    def take(self, method: str, path: str) -> Exchange | None:
        for exchange in self.waiting:
            if (exchange.method, exchange.path) == (method, path):
                self.waiting.remove(exchange)
                return exchange
        self.strange.append(f"{method} {path}")
        return None

    def here(self, text: str) -> str:
        """As this server would say it: its own addresses in the place of github.com's."""
        return text.replace(API, f"{self.url}/api/v3")


def exchanges(scenario: str) -> list[Exchange]:
    """The exchanges of a scenario with the interface itself."""
    text = (FIXTURES.fetched() / scenario / "normalized-fixture.json").read_text()
    return [
        Exchange(
            method=one["method"].upper(),
            path=one["path"],
            status=one["status"],
            headers={
                name: str(value)
                for name, value in one["headers"].items()
                if name in KEPT or name.startswith("x-")
            },
            body=one["response"],
        )
        for one in json.loads(text)
        if one["scope"] == f"{API}:443"
    ]


@contextmanager
def replayed(scenario: str) -> Iterator[Recording]:
    """A server that answers what was recorded, each exchange once, below ``/api/v3``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = recording.take(self.command, self.path.removeprefix("/api/v3"))
            if found is None:
                found = Exchange(self.command, self.path, 500, {}, {"message": "not recorded"})
            body = recording.here(json.dumps(found.body)).encode() if found.body else b""
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, recording.here(value))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        recording = Recording(f"http://127.0.0.1:{server.server_port}", exchanges(scenario))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield recording
        finally:
            server.shutdown()
            thread.join()
