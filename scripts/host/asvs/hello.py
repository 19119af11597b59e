"""The beginning of a TLS handshake, by hand: what a server accepts, whatever this machine's openssl still speaks."""

from __future__ import annotations

import os
import socket
import struct
from typing import Final, NamedTuple, Optional, Sequence, Tuple

STRONG: Final = (0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8)
"""Mozilla's intermediate, of TLS 1.2 with ECDHE: AES-GCM and ChaCha20-Poly1305."""
_SIGNALLING: Final = (0x00FF, 0xC0FF)
WEAK: Final = tuple(
    code
    for code in (*range(0x0001, 0x0100), *range(0xC001, 0xC100), *range(0xCCA8, 0xCCAF))
    if code not in (*STRONG, *_SIGNALLING)
)
"""All others of TLS 1.2 and before: without forward secrecy, CBC, RC4, 3DES, NULL, EXPORT, anonymous."""
OLD: Final = {"SSL 3.0": 0x0300, "TLS 1.0": 0x0301, "TLS 1.1": 0x0302}
TLS_1_2: Final = 0x0303
_HANDSHAKE, _ALERT = 22, 21
_SERVER_HELLO, _CERTIFICATE, _SERVER_DONE = 2, 11, 14
_MOST: Final = 1 << 18


class Answered(NamedTuple):
    """What a server makes of such a beginning: it chose a version and a cipher, or it refused."""

    accepted: bool
    cipher: int = 0
    version: int = 0
    certificate: bytes = b""
    """DER of the one that it shows."""


def hello(version: int, ciphers: Sequence[int], name: str) -> bytes:
    """One record with a ClientHello; without a name where none is asked for."""
    extensions = b"".join((
        _extension(0, _sized(b"\x00" + _sized(name.encode()))) if name else b"",
        _extension(10, _sized(struct.pack(">3H", 29, 23, 24))),
        _extension(11, b"\x01\x00"),
        _extension(13, _sized(struct.pack(">8H", 0x0403, 0x0503, 0x0804, 0x0805, 0x0401, 0x0501, 0x0203, 0x0201))),
        _extension(0xFF01, b"\x00"),
    ))  # fmt: skip
    body = b"".join((
        struct.pack(">H", version), os.urandom(32), b"\x00",
        _sized(struct.pack(f">{len(ciphers)}H", *ciphers)), b"\x01\x00", _sized(extensions),
    ))  # fmt: skip
    handshake = b"\x01" + len(body).to_bytes(3, "big") + body
    return struct.pack(">BHH", _HANDSHAKE, min(version, 0x0301), len(handshake)) + handshake


def answered(connection: socket.socket) -> Answered:
    """Read until the server has shown its certificate, or refused. Raises OSError where what comes is no TLS."""
    messages = b""
    while len(messages) < _MOST:
        record = _record(connection)
        if record is None and messages:
            raise OSError("the handshake was cut off")
        if record is None or record[0] == _ALERT:
            return read(messages)  # closed without a word: that is a no as well
        messages += record[1]
        if _types(messages) & {_CERTIFICATE, _SERVER_DONE}:
            return read(messages)
    raise OSError("the handshake does not come to its end")


def read(messages: bytes) -> Answered:
    """Of handshake messages, one after the other. Pure."""
    found = Answered(accepted=False)
    for kind, body in _parted(messages):
        if kind == _SERVER_HELLO:
            after = 35 + body[34]
            found = found._replace(
                accepted=True,
                version=int.from_bytes(body[:2], "big"),
                cipher=int.from_bytes(body[after : after + 2], "big"),
            )
        elif kind == _CERTIFICATE:
            size = int.from_bytes(body[3:6], "big")
            found = found._replace(certificate=body[6 : 6 + size])
    return found


def _types(messages: bytes) -> set[int]:
    return {kind for kind, _ in _parted(messages)}


def _parted(messages: bytes) -> list[tuple[int, bytes]]:
    """Those that are whole."""
    found, at = [], 0
    while at + 4 <= len(messages):
        size = int.from_bytes(messages[at + 1 : at + 4], "big")
        if at + 4 + size > len(messages):
            break
        found.append((messages[at], messages[at + 4 : at + 4 + size]))
        at += 4 + size
    return found


def _record(connection: socket.socket) -> Optional[Tuple[int, bytes]]:
    """None where the server has closed instead."""
    try:
        first = connection.recv(1)
    except ConnectionError:
        return None
    if not first:
        return None
    if first[0] not in (_HANDSHAKE, _ALERT):
        raise OSError("what came back is no TLS")
    size = int.from_bytes(_exactly(connection, 4)[2:], "big")
    return first[0], _exactly(connection, size)


def _exactly(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        part = connection.recv(size - len(found))
        if not part:
            raise OSError("the handshake was cut off")
        found += part
    return found


def _sized(content: bytes) -> bytes:
    return struct.pack(">H", len(content)) + content


def _extension(kind: int, content: bytes) -> bytes:
    return struct.pack(">H", kind) + _sized(content)
