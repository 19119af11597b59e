"""The HTTP server of a simulated Jira."""

import base64
import json
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from tests.simulators.faults import Fault, Faults
from tests.simulators.jira.endpoints import Answer, Endpoints, Request
from tests.simulators.jira.payloads import Writer
from tests.simulators.jira.webhooks import Hook
from tests.simulators.jira.world import World

PAGE: Final = b"<html><head><title>Log in</title></head><body>Log in to continue</body></html>"
JSON: Final = "application/json;charset=UTF-8"


@dataclass
class Ledger:
    """What was asked: ``counts`` by kind (search, changelog, issue, agile, other, requests), ``queries`` as sent."""

    counts: Counter[str] = field(default_factory=Counter)
    queries: list[str] = field(default_factory=list)
    bodies: list[tuple[str, Any]] = field(default_factory=list)
    """Paths and what was answered, for those who check shapes."""

    def clear(self) -> None:
        self.counts.clear()
        self.queries.clear()
        self.bodies.clear()


@dataclass
class Simulator:
    """A world that is served. ``url`` ends with the path below which Jira stands."""

    world: World
    cloud: bool
    path: str
    url: str = ""
    faults: Faults = field(default_factory=Faults)
    ledger: Ledger = field(default_factory=Ledger)
    before_each: Any = None
    """Called with the query before a search is answered: what happens meanwhile."""

    def hook(self, url: str, secret: str = "") -> Hook:
        """Tell this address of everything that happens from now on."""
        return Hook(self.world, self.endpoints.write, url, secret)

    def __post_init__(self) -> None:
        self.endpoints = Endpoints(
            self.world, Writer(self.world, self.url, cloud=self.cloud), self.cloud
        )


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Server"

    def log_message(self, *_: Any) -> None:
        """The ledger has it."""

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def _handle(self) -> None:
        simulator, parts = self.server.simulator, urlsplit(self.path)
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts.path == "/simulator/ledger":
            self._json(Answer(200, {"counts": simulator.ledger.counts}))
            return
        prefix = f"{simulator.path}/rest/"
        if not parts.path.startswith(prefix):
            self._send(404, PAGE, "text/html")
            return
        version, _, path = parts.path.removeprefix(prefix).removeprefix("api/").partition("/")
        if version == "agile":
            path = f"agile/{path.partition('/')[2]}"
        elif version != ("3" if simulator.cloud else "2"):
            self._json(Answer(404, {"errorMessages": ["null for uri"], "errors": {}}))
            return
        request = Request(
            self.command, path, dict(parse_qsl(parts.query)), json.loads(sent) if sent else {}
        )
        fault = simulator.faults.strikes(_kind(path))
        if fault is not None and self._failed(fault):
            return
        if not self._signed_in(simulator):
            self._json(
                Answer(401, {"errorMessages": ["Client must be authenticated"], "errors": {}})
            )
            return
        self._answer(simulator, request, fault)

    def _answer(self, simulator: Simulator, request: Request, fault: Fault | None) -> None:
        query = request.parameters.get("jql") or request.body.get("jql") or ""
        with simulator.world.lock:
            if query and simulator.before_each:
                simulator.before_each(query)
            answer = simulator.endpoints.answer(request)
        simulator.ledger.queries += [query] if query else []
        simulator.ledger.counts.update(["requests", answer.kind])
        simulator.ledger.bodies.append((request.path, answer.body))
        self._json(answer, cut=fault is not None and fault.kind == "truncated")

    def _signed_in(self, simulator: Simulator) -> bool:
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        if not simulator.cloud:
            return scheme == "Bearer" and value in simulator.world.tokens
        try:
            email, _, token = base64.b64decode(value).decode().partition(":")
        except ValueError:
            return False
        return (
            scheme == "Basic" and email == simulator.world.email and token in simulator.world.tokens
        )

    def _failed(self, fault: Fault) -> bool:
        """Whether the fault is all the answer there is."""
        simulator = self.server.simulator
        simulator.ledger.counts.update(["faults"])
        later = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        limited = later | (
            {"RateLimit-Reason": "jira-burst-based"}
            if simulator.cloud
            else {"X-RateLimit-Remaining": "0"}
        )
        answers: dict[str, tuple[int, Any, dict[str, str]]] = {
            "too_many_requests": (429, {"errorMessages": ["Rate limit exceeded."]}, limited),
            "unauthorized": (
                401,
                {"errorMessages": ["Client must be authenticated"]},
                {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"},
            ),
            "forbidden": (403, {"errorMessages": ["Forbidden"]}, {}),
            "error": (500, {"errorMessages": ["Internal server error"]}, {}),
        }
        match fault.kind:
            case "slow":
                time.sleep(fault.seconds)
                return False
            case "truncated":
                return False
            case "closed":
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
            case "bad_gateway" | "html":
                self._send(502 if fault.kind == "bad_gateway" else 200, PAGE, "text/html")
            case _:
                status, body, headers = answers[fault.kind]
                self._send(status, json.dumps(body).encode(), JSON, headers)
        return True

    def _json(self, answer: Answer, *, cut: bool = False) -> None:
        self._send(answer.status, json.dumps(answer.body).encode(), JSON, cut=cut)

    def _send(
        self,
        status: int,
        body: bytes,
        kind: str,
        headers: dict[str, str] | None = None,
        *,
        cut: bool = False,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True
    simulator: Simulator


def _kind(path: str) -> str:
    return path.partition("/")[0]


@contextmanager
def running(
    world: World,
    *,
    cloud: bool = False,
    path: str = "",
    port: int = 0,
    address: str = "127.0.0.1",
    context: ssl.SSLContext | None = None,
    url: str = "",
) -> Iterator[Simulator]:
    """A world as Data Center or as Cloud, in this process. ``path``: below which Jira stands, like /jira.

    ``url``: by which others reach it, where it differs from where it listens.
    """
    server = Server((address, port), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    here = url or f"http://127.0.0.1:{server.server_port}{path}"
    server.simulator = Simulator(world, cloud, path, here)
    thread = threading.Thread(
        target=server.serve_forever,
        kwargs={"poll_interval": 0.05},
        name="jira-simulator",
        daemon=True,
    )
    thread.start()
    try:
        yield server.simulator
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
