"""The way out of a container that has no other: the allow-list proxy, asked by CONNECT.

TLS is spoken through it and not with it, so that it sees host and port and nothing else; and it alone resolves names.
Where no proxy is set, as in development, connections go straight.
"""

import socket
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from backend.outbound.destinations import place

NOT_OPEN: Final = HTTPStatus.FORBIDDEN
"""What the proxy answers for a destination that is not on its list."""
WHAT_TO_DO: Final = (
    "A new destination waits for the host to open it: scripts/appliance egress. Where that shows nothing new, your "
    "own proxy refuses it."
)
PROXY_AWAY: Final = (
    "The appliance's own proxy, its one way out, does not answer.",
    "Look at it on the host: docker compose ps egress, docker compose logs egress.",
)
_PORT: Final = 3128
_LONGEST_HEAD: Final = 8192


class NotOpen(ConnectionError):
    """The proxy's list does not hold the destination."""


def proxy() -> str:
    """Its address as http://host:port; "" where there is none."""
    address: str = settings.OUTBOUND_PROXY
    return address


def not_open(destination: str) -> str:
    return f"The way to {destination} is not open."


def connected(host: str, port: int, *, seconds: float) -> socket.socket:
    """A connection to there, plain as yet, which notices when its end is gone. Raises NotOpen, or another OSError."""
    own = urlsplit(proxy() or f"//{place(host, port)}")
    if not own.hostname:
        raise ConnectionError("The address of the proxy, or of the server, is none.")
    connection = socket.create_connection((own.hostname, own.port or _PORT), seconds)
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if proxy():
            _ask(connection, place(host, port))
    except BaseException:
        connection.close()
        raise
    return connection


def _ask(connection: socket.socket, destination: str) -> None:
    connection.sendall(
        f"CONNECT {destination} HTTP/1.1\r\nHost: {destination}\r\n\r\n".encode("ascii")
    )
    head = bytearray()
    # No byte more than the head: what follows is the other side's.
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte or len(head) > _LONGEST_HEAD:
            raise ConnectionError(PROXY_AWAY[0])
        head += byte
    status = head[9:12].decode("ascii", "replace")
    if status == str(NOT_OPEN.value):
        raise NotOpen(f"{not_open(destination)} {WHAT_TO_DO}")
    if status != str(HTTPStatus.OK.value):
        raise ConnectionError(f"{destination} cannot be reached: the proxy answers {status}.")
