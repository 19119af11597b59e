"""Mail servers as companies have them, on this machine: with STARTTLS or TLS at once, and a user who signs in."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.waiting import until

USER, PASSWORD = "plumbline", "the-password-of-the-tests"


@dataclass
class Mailbox:
    """What a server was told; it takes nothing for `nobody@…` and nothing from `stranger@…`."""

    envelopes: list[Envelope] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """Passwords that were tried, and as what clients introduced themselves."""

    @property
    def messages(self) -> list[EmailMessage]:
        contents = (one.content for one in self.envelopes)
        return [
            message_from_bytes(one, policy=policy.default)
            for one in contents
            if isinstance(one, bytes)
        ]

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.said.append(given.password.decode())
        is_right = given == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=is_right, handled=False)

    async def handle_EHLO(  # noqa: N802 - as the library calls it
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        session.host_name = name
        self.said.append(name)
        return answers

    async def handle_MAIL(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address.startswith("stranger@"):
            return f"553 5.7.1 <{address}>: not owned by user"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address.startswith("nobody@"):
            return f"550 5.1.1 <{address}>: no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return "250 2.0.0 taken"


class _Server(Controller):
    """Stopped when whoever came has gone: the library leaves their connections open."""

    def factory(self) -> SMTP:
        made = SMTP(self.handler, **self.SMTP_kwargs)
        self._met = [*getattr(self, "_met", ()), made]
        return made

    def stop(self, no_assert: bool = False) -> None:  # noqa: FBT001, FBT002 - the library's
        until(lambda: all(one.transport is None for one in self._met), seconds=10)
        super().stop(no_assert)


def _free_port() -> int:
    """Without what tests/servers.py needs: a container that runs this has no more than the library."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def a_mail_server(
    certificate: tuple[Path, Path] | None,
    *,
    at_once: bool = False,
    sign_in: bool = True,
    port: int = 0,
) -> Iterator[tuple[int, Mailbox]]:
    """Its port on localhost. Without a certificate it speaks plaintext, and takes passwords there as well."""
    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
    box = Mailbox()
    by_starttls = context is not None and not at_once
    server = _Server(
        box,
        hostname="0.0.0.0",  # noqa: S104 - asked by another address of this machine
        port=port or _free_port(),
        ssl_context=context if at_once else None,
        tls_context=context if by_starttls else None,
        require_starttls=by_starttls,
        authenticator=box.authenticate if sign_in else None,
        auth_required=sign_in and by_starttls,
        auth_require_tls=by_starttls or not sign_in,
    )
    server.start()
    try:
        yield server.port, box
    finally:
        server.stop()
