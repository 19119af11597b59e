"""A proxy that connects, notes to where, and passes on what it cannot read; or refuses."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer


@dataclass
class Proxy:
    url: str
    asked: list[str] = field(default_factory=list)
    """host:port of each CONNECT, or the first line of what is none."""


@contextmanager
def a_proxy(*, answers: int = 200) -> Iterator[Proxy]:
    class Tunnel(StreamRequestHandler):
        def handle(self) -> None:
            method, target, version = self.rfile.readline().decode().split()
            while self.rfile.readline().strip():
                pass
            found.asked.append(target if method == "CONNECT" else f"{method} {target} {version}")
            if answers != 200 or method != "CONNECT":
                self.wfile.write(f"HTTP/1.1 {answers} No\r\nContent-Length: 0\r\n\r\n".encode())
                return
            host, _, port = target.rpartition(":")
            with socket.create_connection((host, int(port))) as other:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=pass_on, args=(other, self.connection), daemon=True)
                back.start()
                pass_on(self.connection, other)
                back.join()

    with ThreadingTCPServer(("127.0.0.1", 0), Tunnel) as server:
        server.daemon_threads = True
        found = Proxy(f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield found
        finally:
            server.shutdown()


def pass_on(source: socket.socket, target: socket.socket) -> None:
    """Until one end is gone, which the other is then told, however it went."""
    with suppress(OSError):
        while chunk := source.recv(1 << 16):
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
