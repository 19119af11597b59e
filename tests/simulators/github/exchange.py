"""One HTTP exchange: reading the request, noting it in the ledger, answering it or failing as a fault says."""

import base64
import gzip
import os
import socket
import time
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import SplitResult

from tests.simulators.faults import Fault
from tests.simulators.github.graph.endpoint import RATE_LIMITED, dump
from tests.simulators.github.ledger import Request
from tests.simulators.github.registry import Token
from tests.simulators.github.rest import VERSION
from tests.simulators.github.simulator import Simulator

JSON = "application/json; charset=utf-8"
SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)
PRIMARY = "API rate limit exceeded for user ID 1001."
BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"


class Exchange(BaseHTTPRequestHandler):
    """The base of the handler; ``began``, ``parts`` and ``noted`` belong to the request at hand."""

    protocol_version = "HTTP/1.1"
    server_version = "GitHub.com"
    sys_version = ""
    simulator: Simulator
    began: float
    parts: SplitResult
    noted: dict[str, Any]

    def log_message(self, *_: Any) -> None:
        """The ledger has it."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The server's clock, which may be ahead."""
        return super().date_time_string((timestamp or time.time()) + self.simulator.apps.ahead)

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            chunks = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            body = b"".join(chunks)
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def token(self) -> Token | None:
        """By Bearer, token, or Basic with the token as password; None if it is not valid (any more)."""
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                value = base64.b64decode(value).decode().partition(":")[2]
            except ValueError:
                return None
        elif scheme.lower() not in {"bearer", "token"}:
            return None
        token = self.simulator.world.tokens.get(value.strip())
        if token is None or token.revoked or (token.installation and token.installation.removed):
            return None
        expired = token.expires_at is not None and self.simulator.apps.now() >= token.expires_at
        return None if expired else token

    def fail(self, fault: Fault, kind: str) -> None:
        """Answer as the fault says, or not at all."""
        later = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        used_up = {
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Used": "5000",
            "X-RateLimit-Reset": str(
                int(time.time()) + (1 if fault.retry_after is None else fault.retry_after)
            ),
            "X-RateLimit-Resource": "graphql" if kind == "graphql" else "core",
        }
        forbidden = "Resource not accessible by personal access token"
        answers: dict[str, tuple[int, dict[str, Any], dict[str, str]]] = {
            "too_many_requests": (429, {"message": SECONDARY}, later),
            "secondary_limit": (403, {"message": SECONDARY}, later),
            "rate_limited": (200, RATE_LIMITED, used_up)
            if kind == "graphql"
            else (403, {"message": PRIMARY}, used_up),
            "unauthorized": (401, {"message": "Bad credentials", "status": "401"}, {}),
            "forbidden": (403, {"message": forbidden, "status": "403"}, {}),
            "error": (500, {"message": "Server Error"}, {}),
        }
        if fault.kind == "closed":
            self.note(0, kind, fault)
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif fault.kind in {"bad_gateway", "html"}:
            status = 502 if fault.kind == "bad_gateway" else 200
            self.send(status, BAD_GATEWAY, kind=kind, content_type="text/html", fault=fault)
        else:
            status, body, headers = answers[fault.kind]
            self.send(status, dump(body), kind=kind, headers=headers, fault=fault)

    def send(
        self,
        status: int,
        body: bytes,
        *,
        kind: str,
        headers: dict[str, str] | None = None,
        content_type: str = JSON,
        fault: Fault | None = None,
    ) -> None:
        """Note the request and answer it; a ``truncated`` fault ends the body in its middle."""
        self.note(status, kind, fault)
        own = {"X-GitHub-Enterprise-Version": VERSION, "X-GitHub-Request-Id": os.urandom(8).hex()}
        cut = fault is not None and fault.kind == "truncated"
        self.write(status, body, own | (headers or {}), content_type=content_type, cut=cut)

    def write(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str],
        *,
        content_type: str = JSON,
        cut: bool = False,
    ) -> None:
        if len(body) > 1400 and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 1)
            headers = headers | {"Content-Encoding": "gzip"}
        try:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            if status != 304:
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if cut else body)
        except OSError:
            # The client went away, as a killed worker does.
            self.close_connection = True
        if cut:
            self.close_connection = True

    def note(self, status: int, kind: str, fault: Fault | None) -> None:
        self.simulator.ledger.note(
            Request(
                kind=kind,
                method=self.command,
                path=self.parts.path,
                status=status,
                seconds=time.monotonic() - self.began,
                fault=fault.kind if fault else "",
                conditional="If-None-Match" in self.headers,
                **self.noted,
            )
        )
