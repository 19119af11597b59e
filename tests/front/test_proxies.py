"""Whose word about a caller's address is taken: that of the networks that the operator names, and nobody else's."""

import json
import socket
import ssl
from pathlib import Path

import pytest

from tests.front.authority import Authority
from tests.front.door import HOST, Door, opened, place, start

BALANCER, SECOND, STRANGER = "127.0.0.2", "127.0.3.7", "127.0.0.9"


def seen(door: Door, *, source: str, claim: str) -> str:
    """Whom web takes the caller for."""
    found = door.ask("/", source=source, headers={"X-Forwarded-For": claim})
    return str(found.json()["headers"]["x-forwarded-for"])


def test_a_balancer_s_word_is_taken_and_a_stranger_s_is_not(tmp_path: Path) -> None:
    with opened(tmp_path, PLUMBLINE_TRUSTED_PROXIES=f"{BALANCER}, 127.0.3.0/24") as door:
        assert seen(door, source=STRANGER, claim="192.0.2.1") == STRANGER
        assert seen(door, source=BALANCER, claim="192.0.2.1") == "192.0.2.1"
        # What the caller itself wrote stands before what the balancer saw.
        assert seen(door, source=BALANCER, claim="192.0.2.1, 198.51.100.5") == "198.51.100.5"
        # Through both.
        assert seen(door, source=BALANCER, claim=f"192.0.2.1, 198.51.100.5, {SECOND}") == "198.51.100.5"  # fmt: skip
        assert '"address":"198.51.100.5"' in door.log


def test_without_a_balancer_nobody_s_word_is_taken(tmp_path: Path) -> None:
    with opened(tmp_path) as door:
        assert seen(door, source=BALANCER, claim="192.0.2.1") == BALANCER


def by_proxy_protocol(door: Door, *, source: str, line: str) -> str:
    raw = socket.create_connection(("127.0.0.1", door.port), 10, source_address=(source, 0))
    raw.sendall(line.encode())
    with door.trust().wrap_socket(raw, server_hostname=HOST) as connection:
        connection.sendall(
            f"GET / HTTP/1.0\r\nHost: {HOST}\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n".encode()
        )
        answer = b""
        while part := connection.recv(65536):
            answer += part
    body = json.loads(answer.partition(b"\r\n\r\n")[2])
    return str(body["headers"]["x-forwarded-for"])


def test_the_proxy_protocol_is_believed_of_a_balancer_alone(tmp_path: Path) -> None:
    line = "PROXY TCP4 192.0.2.1 192.0.2.80 4711 443\r\n"
    with opened(
        tmp_path, PLUMBLINE_TRUSTED_PROXIES=BALANCER, PLUMBLINE_PROXY_PROTOCOL="on"
    ) as door:
        assert by_proxy_protocol(door, source=BALANCER, line=line) == "192.0.2.1"
        assert by_proxy_protocol(door, source=STRANGER, line=line) == STRANGER
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            door.handshake()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("PLUMBLINE_URL", "http://plumbline.example"),
        ("PLUMBLINE_URL", "https://a.example; deny all"),
        ("PLUMBLINE_URL", ""),
        ("PLUMBLINE_TRUSTED_PROXIES", "0.0.0.0/0"),
        ("PLUMBLINE_TRUSTED_PROXIES", "balancer.example"),
        ("PLUMBLINE_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("PLUMBLINE_PROXY_PROTOCOL", "yes"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_before_anything_listens(
    tmp_path: Path, setting: str, value: str
) -> None:
    place(tmp_path, 1, {})
    Authority(tmp_path).issue(HOST).put(tmp_path / "secrets")
    process = start(tmp_path, {"PLUMBLINE_URL": f"https://{HOST}", setting: value})
    assert process.wait(timeout=20) == 1
    assert "front_refused" in (tmp_path / "log").read_text()
