"""The shipped nginx folder, run by Debian's nginx: only paths, ports and, where a test says so, times are others."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from tests.front.authority import Authority
from tests.servers import free_port
from tests.waiting import until

NGINX = Path(__file__).resolve().parents[2] / "nginx"
HOST = "plumbline.example"


class Web(BaseHTTPRequestHandler):
    """Tells what reached it. /drip answers slowly; /own says no by itself, with headers of its own."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = json.dumps({
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "length": len(self.rfile.read(length)),
        }).encode()  # fmt: skip
        self.send_response(404 if self.path == "/own" else 200)
        if self.path == "/own":
            self.send_header("Content-Security-Policy", "default-src 'self'")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for part in [body[i : i + 20] for i in range(0, len(body), 20)]:
            self.wfile.write(part)
            self.wfile.flush()
            if self.path == "/drip":
                threading.Event().wait(0.2)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """To nobody: nginx has a log."""


@dataclass
class Door:
    folder: Path
    port: int
    plain_port: int
    metrics_port: int
    authority: Authority
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def events(self, name: str) -> list[dict[str, Any]]:
        """What front itself said under this name."""
        lines = [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == name]

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self.authority.root.read_text())

    def handshake(
        self, name: str | None = HOST, *, context: ssl.SSLContext | None = None, source: str = "127.0.0.1"
    ) -> ssl.SSLSocket:  # fmt: skip
        raw = socket.create_connection(("127.0.0.1", self.port), 10, source_address=(source, 0))
        return (context or self.trust()).wrap_socket(raw, server_hostname=name)

    def served(self, name: str | None = HOST) -> bytes:
        """The certificate that is shown to whoever asks for this host, whoever signed it."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with self.handshake(name, context=context) as connection:
            found = connection.getpeercert(binary_form=True)
        assert found
        return found

    def raw(self, request: str, *, source: str = "127.0.0.1") -> str:
        """All that comes back for these bytes."""
        with self.handshake(source=source) as connection:
            connection.sendall(request.encode())
            return _everything(connection)

    def plain(self, request: str, port: int | None = None) -> str:
        with socket.create_connection(("127.0.0.1", port or self.port), 10) as connection:
            connection.sendall(request.encode())
            return _everything(connection)

    def ask(
        self,
        path: str,
        *,
        host: str = HOST,
        source: str = "127.0.0.1",
        port: int = 0,
        **options: Any,
    ) -> httpx.Response:
        transport = httpx.HTTPTransport(verify=self.trust(), local_address=source)
        with httpx.Client(transport=transport, timeout=30) as client:
            return client.request(
                options.pop("method", "GET"),
                f"https://127.0.0.1:{port or self.port}{path}",
                headers={"Host": host, **options.pop("headers", {})},
                extensions={"sni_hostname": HOST},
                **options,
            )


def _everything(connection: socket.socket) -> str:
    """Until the end, or until as much is there as was promised: nginx waits for bodies that it refused."""
    found = b""
    try:
        while part := connection.recv(65536):
            found += part
            head, _, body = found.partition(b"\r\n\r\n")
            promised = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
            if promised and len(body) == int(promised[1]):
                break
    except (ConnectionResetError, ssl.SSLError):
        pass  # how nginx ends a connection whose request it did not read to its end
    return found.decode()


def program() -> str:
    """Debian's nginx, which an ordinary user's PATH may not have. scripts/setup names the package."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    assert found, "nginx is missing: apt-get install nginx-light"
    return found


def version() -> tuple[int, ...]:
    said = subprocess.run([program(), "-v"], capture_output=True, text=True, check=True).stderr
    numbers = re.search(r"nginx/([\d.]+)", said)
    assert numbers
    return tuple(int(part) for part in numbers[1].split("."))


def place(folder: Path, web_port: int, changes: Mapping[str, str]) -> tuple[int, int, int]:
    """Write the configuration with this folder's paths; returns the ports of TLS, plain HTTP, and a scraper."""
    port, plain_port, metrics_port = free_port(), free_port(), free_port()
    written = {
        "/tmp/": f"{folder}/tmp/",  # noqa: S108 - what is replaced
        "/run/secrets": f"{folder}/secrets",
        "/etc/nginx/": f"{folder}/etc/",
        "127.0.0.1:8081": f"127.0.0.1:{free_port()}",
        "listen 8443": f"listen 127.0.0.1:{port}",
        "listen 9464": f"listen 127.0.0.1:{metrics_port}",
        "listen 8080": f"listen 127.0.0.1:{plain_port}",
        "web-http:8000": f"127.0.0.1:{web_port}",
        "seconds=5": "seconds=0.1",
    } | dict(changes)
    if version() < (1, 25, 1):
        written["http2 on;"] = ""  # told otherwise there; the appliance's own nginx is newer
    for name in ("etc", "secrets", "tmp", "bin"):
        (folder / name).mkdir()
    texts = {file.name: file.read_text() for file in NGINX.iterdir() if file.name != "Dockerfile"}
    for before, after in written.items():
        assert any(before in text for text in texts.values()), f"nobody says {before!r} any more"
        texts = {name: text.replace(before, after) for name, text in texts.items()}
    for name, text in texts.items():
        (folder / "etc" / name).write_text(text)
    shutil.copy("/etc/nginx/mime.types", folder / "etc")
    wrapper = folder / "bin/nginx"
    wrapper.write_text(
        f'#!/bin/sh\nexec {program()} -p {folder} -c {folder}/etc/nginx.conf -e stderr "$@"\n'
    )
    wrapper.chmod(0o755)
    return port, plain_port, metrics_port


def start(folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            # Whoever runs the tests in the background passes on that these are ignored, which bash cannot undo.
            ["env", "--default-signal=INT,QUIT", "bash", str(folder / "etc/front")],
            env={"PATH": f"{folder}/bin:/usr/bin:/bin", **environment},
            stdout=log,
            stderr=log,
        )


@contextmanager
def opened(
    folder: Path,
    *,
    changes: Mapping[str, str] | None = None,
    days: float = 30,
    web_port: int = 0,
    **environment: str,
) -> Iterator[Door]:
    """The front door, ended with the block, before a small web or the one that listens at `web_port`.

    `changes`: of the configuration's text.
    """
    web = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    web.daemon_threads = True
    threading.Thread(target=web.serve_forever, daemon=True).start()
    authority = Authority(folder)
    port, plain_port, metrics_port = place(folder, web_port or web.server_port, changes or {})
    door = Door(folder, port, plain_port, metrics_port, authority)
    authority.issue(HOST, days=days).put(door.secrets)
    shutil.copy(authority.root, door.secrets / "server_ca.pem")
    door.process = start(folder, {"PLUMBLINE_URL": f"https://{HOST}", **environment})

    def runs() -> bool:
        # Not by its port, at which even the test of the configuration listens for a moment.
        assert door.process.poll() is None, door.log
        pid = folder / "tmp/nginx.pid"
        return pid.exists() and pid.read_text().strip().isdigit()

    try:
        until(runs, seconds=20)
        yield door
    finally:
        door.process.terminate()
        try:
            door.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            door.process.kill()
        web.shutdown()
        web.server_close()
