"""Mail, by the one server that the host names: through the proxy, by TLS or not at all, and in the ledger.

Django's own backend speaks SMTP. Here stand where its connection comes from, what that trusts, and the words for what
goes wrong, which name nobody: who sends may log them.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from email.utils import make_msgid
from functools import cached_property, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from backend.outbound.destinations import place
from backend.outbound.ledger import Exchange, Ledger
from backend.outbound.models import Query, Traffic
from backend.outbound.proxy import PROXY_AWAY, WHAT_TO_DO, NotOpen, connected, not_open, proxy
from backend.outbound.questions import Question

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_QUESTION: Final = Question(Query.Interface.SMTP, "mail")
_ADDRESS: Final = re.compile(r"\S*@\S*")


class NotSent(ConnectionError):
    """No mail was taken. `said`: the server's own words, without addresses; for the operator's eyes, not for logs."""

    def __init__(self, reason: str, action: str, said: str = "") -> None:
        super().__init__(f"{reason} {action}")
        self.reason, self.action, self.said = reason, action, said


def send(to: str, subject: str, text: str) -> None:
    """One mail to one address, which the server has taken when this returns. Never within a transaction.

    Raises NotSent, or DatabaseError where the ledger takes nothing: then nothing was sent either.
    """
    sender = settings.DEFAULT_FROM_EMAIL
    headers = {
        # Without the name of a container.
        "Message-ID": make_msgid(domain=sender.rpartition("@")[2] or None),
        "Auto-Submitted": "auto-generated",  # so that nobody's absence answers (RFC 3834)
    }
    EmailMessage(subject, text, sender, [to], headers=headers).send()


class Backend(EmailBackend):
    """One connection for what is sent at once. Raises NotSent."""

    _exchange: Exchange | None = None

    @property
    def connection_class(self) -> "Callable[..., _Connection]":  # type: ignore[override] # Django calls it alone
        return partial(_Connection, self._exchange or Exchange())

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=settings.MAIL_CA_FILE or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def open(self) -> bool | None:
        """While messages are sent: before that, nothing would be in the ledger."""
        self.use_tls = not self.use_ssl
        return super().open() if self._exchange else None

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        if not self.host or not settings.DEFAULT_FROM_EMAIL:
            raise NotSent(
                "No mail server is configured.",
                "Say server and from below [mail] in the host's configuration, then scripts/appliance apply.",
            )
        if self.username and not self.password:
            # Django would go on without signing in.
            raise NotSent("The password is empty.", _PASSWORD)
        there = place(self.host, self.port)
        self._exchange = exchange = Exchange()
        with (
            Ledger(Traffic.Purpose.MAIL) as ledger,
            ledger.request(there, _QUESTION, exchange=exchange),
        ):
            try:
                sent = super().send_messages(email_messages)
                exchange.status = HTTPStatus.OK
            except OSError as error:
                # SMTP's codes say by their first digit what HTTP's do.
                exchange.status = max(_code(error), 0)
                raise _told(error, there) from None
            finally:
                self.close()
                self._exchange = None
        return sent


class _Connection(smtplib.SMTP):
    """By the proxy, with TLS before the first word where there is a `context`; it counts what goes and comes."""

    def __init__(
        self,
        exchange: Exchange,
        host: str,
        port: int,
        *,
        timeout: float,
        context: ssl.SSLContext | None = None,
        local_hostname: str = "",
    ) -> None:
        self._exchange, self._context = exchange, context
        # Not as this container is called.
        own = urlsplit(settings.PUBLIC_URL).hostname or local_hostname
        super().__init__(host, port, own, timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """As smtplib has its own subclasses say where the connection comes from."""
        there = place(host, port)
        try:
            plain = connected(host, port, seconds=timeout)
        except NotOpen:
            raise NotSent(not_open(there), WHAT_TO_DO) from None
        except OSError as error:
            if proxy() and error.errno is not None:
                raise NotSent(*PROXY_AWAY) from None
            reason = str(error) if proxy() else f"{there} cannot be reached: {error.strerror}."
            raise NotSent(reason, _REACH) from None
        if self._context is None:
            return plain
        return self._context.wrap_socket(plain, server_hostname=host)

    def send(self, s: "ReadableBuffer | str") -> None:
        self._exchange.sent += memoryview(s.encode() if isinstance(s, str) else s).nbytes
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        code, words = super().getreply()
        # Each line had the code, a sign between, and its ending.
        self._exchange.received += len(words) + 5 * words.count(b"\n") + 6
        return code, words


_REACH: Final = (
    "Its name is unknown, or nothing answers there: look at [mail] server, at DNS and at firewalls."
)
_PASSWORD: Final = (
    "Look at [mail] user and at the file of its password, then scripts/appliance apply."  # noqa: S105 - words
)
_PORT: Final = "Say the port for those who sign in: 465, where TLS begins at once, or 587, where it is by STARTTLS."
_CERTIFICATE: Final = (
    "Where its authority is one of your own, give its PEM as [mail] authority; and call the server, in [mail] server, "
    "as its certificate does. Then scripts/appliance apply."
)
_WORDS: Final[tuple[tuple[type[OSError], str, str], ...]] = (
    (
        ssl.SSLCertVerificationError,
        "The certificate of {there} is not accepted: {why}.",
        _CERTIFICATE,
    ),
    (ssl.SSLError, "TLS 1.2 or later with {there} does not come about: {why}.", _PORT),
    (smtplib.SMTPAuthenticationError, "The server refused user and password.", _PASSWORD),
    (
        smtplib.SMTPSenderRefused,
        "The server takes no mail from the configured sender.",
        "[mail] from must be an address for which it takes mail from this user.",
    ),
    (
        smtplib.SMTPRecipientsRefused,
        "The server takes no mail to this address.",
        "Is the address right, and does the server pass mail on for this machine and user?",
    ),
    (smtplib.SMTPResponseException, "The server refused.", "Its own log says more."),
    (
        smtplib.SMTPNotSupportedError,
        "The server lacks what is needed: {why}",
        f"Nothing is sent in plaintext. {_PORT}",
    ),
    (smtplib.SMTPException, "{there} does not answer as a mail server does: {why}.", _PORT),
    (OSError, "The connection to {there} broke: {why}.", _REACH),
)
"""For each kind, the first that fits: the reason, and what to do."""


def _told(error: OSError, there: str) -> NotSent:
    """In an operator's words."""
    if isinstance(error, NotSent):
        return error
    why = (
        getattr(error, "verify_message", "")
        or getattr(error, "reason", "")
        or error.strerror
        or error
    )
    reason, action = next(words for kind, *words in _WORDS if isinstance(error, kind))
    return NotSent(reason.format(there=there, why=why), action, _said(error))


def _answers(error: OSError) -> list[tuple[int, bytes | str]]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return list(error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return [(error.smtp_code, error.smtp_error)]
    return []


def _code(error: OSError) -> int:
    return next((code for code, _ in _answers(error)), 0)


def _said(error: OSError) -> str:
    for code, words in _answers(error):
        text = words.decode(errors="replace") if isinstance(words, bytes) else words
        return f"{code} {_ADDRESS.sub('…', ' '.join(text.split()))}"
    return ""
