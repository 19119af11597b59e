"""Signed heads by syslog over TLS, to a listener that takes the frames apart as RFC 5425 says."""

import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.audit.statements import Statement
from backend.audit.syslog import Address, Syslog
from tests.servers import free_port
from tests.simulators.conftest import certificate  # noqa: F401 - a fixture

Certificate = tuple[Path, Path]


def a_head(position: int) -> Statement:
    return Statement("head", position, bytes(32), datetime(2026, 3, 2, tzinfo=UTC), "abc", b"\1")


@dataclass
class Listener:
    port: int
    messages: list[str] = field(default_factory=list)
    connections: int = 0

    def wait_for(self, count: int) -> list[str]:
        deadline = time.monotonic() + 10
        while len(self.messages) < count:
            assert time.monotonic() < deadline, self.messages
            time.sleep(0.01)
        return self.messages

    def take(self, connection: ssl.SSLSocket) -> None:
        """Frames, each its length in octets, a space, and the message."""
        self.connections += 1
        with connection, connection.makefile("rb") as stream:
            while length := b"".join(iter(lambda: stream.read(1), b" ")) if stream.peek(1) else b"":
                self.messages.append(stream.read(int(length)).decode())


@contextmanager
def listening(certificate: Certificate, port: int = 0) -> Iterator[Listener]:  # noqa: F811
    """Until the block ends, which closes the connections that are open."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    opened: list[socket.socket] = []
    with socket.create_server(("", port)) as server:
        found = Listener(server.getsockname()[1])

        def accept() -> None:
            while True:
                try:
                    plain, _ = server.accept()
                    opened.append(connection := context.wrap_socket(plain, server_side=True))
                except ssl.SSLError:
                    continue
                except OSError:
                    return
                threading.Thread(target=found.take, args=[connection], daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield found
        finally:
            server.shutdown(socket.SHUT_RDWR)
            for connection in opened:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    connection.close()


pytestmark = pytest.mark.django_db  # what is sent is written down


@pytest.fixture
def syslog(certificate: Certificate) -> Iterator[Syslog]:  # noqa: F811
    """To a port on which nothing listens yet."""
    made = Syslog(Address("localhost", free_port(), certificate[0]), "plumbline.example")
    yield made
    made.close()


def test_a_head_is_a_message_of_rfc_5424_and_told_in_one_frame(
    syslog: Syslog,
    certificate: Certificate,  # noqa: F811
) -> None:
    with listening(certificate, syslog.address.port) as listener:
        for position in (1, 2):
            syslog.tell(a_head(position))
        syslog.alarm("Käfer", moment="2026-03-02T00:00:00+00:00")
        syslog.flush(now=0)
        first, second, alarm = listener.wait_for(3)
    assert first == (
        "<109>1 2026-03-02T00:00:00.000000+00:00 plumbline.example plumbline - head"
        f' [plumbline@32473 position="1" digest="{"0" * 64}" key_id="abc"] {a_head(1).line()}'
    )
    assert Statement.read(second) == a_head(2)
    assert re.fullmatch(r"<105>1 \S+ plumbline\.example plumbline - alarm - Käfer", alarm)
    assert (syslog.failure, syslog.waiting, listener.connections) == ("", 0, 1)


def test_what_a_server_that_is_away_misses_it_is_told_later(
    syslog: Syslog,
    certificate: Certificate,  # noqa: F811
) -> None:
    syslog.tell(a_head(1))
    syslog.flush(now=0)
    assert syslog.failure == f"localhost:{syslog.address.port}: Connection refused"
    syslog.tell(a_head(2))
    with listening(certificate, syslog.address.port) as listener:
        syslog.flush(now=1)
        assert syslog.waiting == 2  # it is not asked again at once
        syslog.flush(now=6)
        assert [Statement.read(line).position for line in listener.wait_for(2)] == [1, 2]
    assert syslog.failure == ""


def test_nothing_is_lost_when_the_server_restarts(
    syslog: Syslog,
    certificate: Certificate,  # noqa: F811
) -> None:
    for position in (1, 2):
        with listening(certificate, syslog.address.port) as listener:
            syslog.tell(a_head(position))
            syslog.flush(now=0)
            assert [Statement.read(line).position for line in listener.wait_for(1)] == [position]
        time.sleep(0.1)  # until the closing has arrived


def test_the_newest_thousand_are_kept_and_the_waits_grow(syslog: Syslog) -> None:
    for position in range(1_500):
        syslog.tell(a_head(position))
    asked = []
    for now in range(1_000):
        before = syslog._not_before
        syslog.flush(now=now)
        if syslog._not_before != before:
            asked.append(now)
    assert syslog.waiting == 1_000
    assert asked == [0, 5, 15, 35, 75, 155, 315, 615, 915]


@pytest.mark.parametrize(
    ("host", "words"),
    [("127.0.0.2", "IP address mismatch"), ("localhost", "self-signed certificate")],
    ids=["another name", "another authority"],
)
def test_a_server_that_is_not_the_right_one_is_told_nothing(
    host: str,
    words: str,
    certificate: Certificate,  # noqa: F811
    tmp_path: Path,
) -> None:
    authority = certificate[0]
    if host == "localhost":
        authority = tmp_path / "another.pem"
        command = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ed25519",
            "-nodes",
            "-subj",
            "/CN=another",
        ]
        files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(authority)]
        subprocess.run([*command, *files], check=True, capture_output=True)
    with listening(certificate) as listener:
        syslog = Syslog(Address(host, listener.port, authority), "-")
        syslog.tell(a_head(1))
        syslog.flush(now=0)
        assert listener.messages == []
    assert "its certificate is not accepted" in syslog.failure
    assert words in syslog.failure
    assert syslog.waiting == 1


def test_a_server_that_says_nothing_holds_up_for_seconds_alone(certificate: Certificate) -> None:  # noqa: F811
    with socket.create_server(("127.0.0.1", 0)) as server:
        syslog = Syslog(Address("127.0.0.1", server.getsockname()[1], certificate[0]), "-")
        syslog.tell(a_head(1))
        began = time.monotonic()
        syslog.flush(now=0)
        assert time.monotonic() - began < 8
    assert "timed out" in syslog.failure
