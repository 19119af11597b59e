"""Signed heads to a syslog server over TLS: RFC 5424 messages, framed by octet counting (RFC 5425).

Of the packages for this the best-kept one has had no release since 2019; what is needed of it is this little.
"""

import os
import ssl
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC
from http import HTTPStatus
from pathlib import Path
from typing import Final

from backend.audit.statements import Statement
from backend.outbound.ledger import Ledger
from backend.outbound.models import Query, Traffic
from backend.outbound.proxy import connected
from backend.outbound.questions import Question

NOTICE, ALERT = 5, 1
_FACILITY: Final = 13
"""Log audit."""
_KEEP: Final = 1_000
"""Heads that wait for the server to come back. Each tells of everything before it, so that older ones may go."""
_SECONDS: Final = 3.0
_FIRST_WAIT, _LONGEST_WAIT = 5.0, 300.0
# 32473 is the number that RFC 5612 keeps for those who have registered none.
_DATA_ID: Final = "plumbline@32473"
_QUESTION: Final = Question(Query.Interface.SYSLOG, "signed head of the audit log")


@dataclass(frozen=True)
class Address:
    host: str
    port: int
    ca_file: Path

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass
class Syslog:
    """Keeps a connection and what could not be sent yet. `failure`: why it cannot be, "" where all is well."""

    address: Address
    hostname: str
    failure: str = ""
    _waiting: deque[bytes] = field(default_factory=lambda: deque(maxlen=_KEEP))
    _socket: ssl.SSLSocket | None = None
    _not_before: float = 0.0
    _wait: float = _FIRST_WAIT

    def tell(self, statement: Statement) -> None:
        self._waiting.append(message(statement, self.hostname))

    def alarm(self, text: str, *, moment: str) -> None:
        """Without a head: that something is wrong with the chain itself."""
        self._waiting.append(_message(ALERT, moment, self.hostname, "alarm", "-", text))

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def flush(self, *, now: float) -> None:
        """Send what waits, written down in the ledger of what leaves. Takes some seconds at most; `now` is monotonic.

        What goes wrong with the server is told by `failure`. Raises DatabaseError where the ledger takes nothing: then
        nothing is sent either.
        """
        if not self._waiting or now < self._not_before:
            return
        try:
            with Ledger(Traffic.Purpose.AUDIT) as ledger:
                while self._waiting:
                    told = framed(self._waiting[0])
                    with ledger.request(self.address.place, _QUESTION) as exchange:
                        self._connected().sendall(told)
                        exchange.sent, exchange.status = len(told), HTTPStatus.OK
                    self._waiting.popleft()
        except OSError as error:
            self.close()
            self.failure = f"{self.address.place}: {_words(error)}"
            self._not_before, self._wait = now + self._wait, min(2 * self._wait, _LONGEST_WAIT)
        else:
            self.failure, self._wait = "", _FIRST_WAIT

    def close(self) -> None:
        """Say goodbye, so that the server has what was sent."""
        if self._socket is not None:
            try:
                self._socket.settimeout(_SECONDS)
                self._socket.unwrap().close()
            except (OSError, ValueError):
                self._socket.close()
            self._socket = None

    def _connected(self) -> ssl.SSLSocket:
        if self._socket is not None and _has_ended(self._socket):
            self.close()
        if self._socket is None:
            context = ssl.create_default_context(cafile=os.fspath(self.address.ca_file))
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            plain = connected(self.address.host, self.address.port, seconds=_SECONDS)
            self._socket = context.wrap_socket(plain, server_hostname=self.address.host)
        return self._socket


def message(statement: Statement, hostname: str) -> bytes:
    """The head as structured data for whoever searches, and as the line that `audit verify --heads` reads."""
    pairs = {
        "position": statement.position,
        "digest": statement.digest.hex(),
        "key_id": statement.key_id,
    }
    data = " ".join(f'{name}="{value}"' for name, value in pairs.items())
    moment = statement.signed_at.astimezone(UTC).isoformat(timespec="microseconds")
    structured = f"[{_DATA_ID} {data}]"
    return _message(NOTICE, moment, hostname, statement.kind, structured, statement.line())


def framed(text: bytes) -> bytes:
    """RFC 5425, 4.3: the length in octets, a space, the message."""
    return str(len(text)).encode() + b" " + text


def _message(severity: int, moment: str, hostname: str, kind: str, data: str, text: str) -> bytes:
    header = f"<{8 * _FACILITY + severity}>1 {moment} {hostname or '-'} plumbline - {kind}"
    return f"{header} {data} {text}".encode()


def _has_ended(connection: ssl.SSLSocket) -> bool:
    """Syslog never answers: that the server has closed shows only to who looks, and a message would be lost."""
    connection.settimeout(0)
    try:
        return not connection.recv(1)
    except ssl.SSLWantReadError:
        return False
    except OSError:
        return True
    finally:
        connection.settimeout(_SECONDS)


def _words(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    return error.strerror or str(error) or type(error).__name__
