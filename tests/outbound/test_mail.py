"""Mail goes to real servers, through a real proxy, by TLS or not at all; what goes wrong is told in words."""

import json
import re
import socket
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from ssl import TLSVersion
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.mail import EmailMessage, get_connection
from django.core.management import CommandError, call_command

from backend.governance.destinations import permitted_destinations
from backend.outbound.mail import Backend, NotSent, send
from backend.outbound.models import Query, Traffic
from tests.outbound.mailing import PASSWORD, USER, a_mail_server
from tests.proxies import Proxy, a_proxy
from tests.servers import free_port
from tests.simulators.conftest import certificate

__all__ = ["certificate"]

pytestmark = pytest.mark.django_db  # what is sent is written down

Certificate = tuple[Path, Path]
SENDER, TO = "plumbline@company.example", "ada@company.example"


@pytest.fixture(autouse=True)
def proxy(settings: LazySettings) -> Iterator[Proxy]:
    with a_proxy() as found:
        settings.OUTBOUND_PROXY = found.url
        yield found


@pytest.fixture
def configured(settings: LazySettings, certificate: Certificate) -> Any:
    """Says where the server is, and who signs in."""

    def to(port: int, *, at_once: bool = False, password: str = PASSWORD) -> None:
        settings.EMAIL_BACKEND = "backend.outbound.mail.Backend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", port
        settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = at_once, not at_once
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, password
        settings.EMAIL_TIMEOUT = 3
        settings.MAIL_CA_FILE = str(certificate[0])
        settings.DEFAULT_FROM_EMAIL = SENDER

    return to


def refused() -> NotSent:
    with pytest.raises(NotSent) as caught:
        send(TO, "Subject", "Text")
    # What it came from may name people, and logs tell causes too.
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "@" not in f"{caught.value}{caught.value.said}"
    return caught.value


@pytest.mark.parametrize("at_once", [False, True], ids=["STARTTLS", "TLS at once"])
def test_mail_arrives_and_is_in_the_ledger_without_anybody_s_address(
    configured: Any, certificate: Certificate, proxy: Proxy, *, at_once: bool
) -> None:
    with a_mail_server(certificate, at_once=at_once) as (port, box):
        configured(port, at_once=at_once)
        send(TO, "Käfer", "Ein Käfer")
    (envelope,), (message,) = box.envelopes, box.messages
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [TO])
    assert (message["From"], message["To"], message["Subject"]) == (SENDER, TO, "Käfer")
    assert message["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<\S+@company\.example>", message["Message-ID"])
    assert message.get_content() == "Ein Käfer\r\n"
    assert PASSWORD in box.said
    assert proxy.asked == [f"localhost:{port}"]
    traffic = Traffic.objects.get()
    assert (traffic.destination, traffic.purpose) == (f"localhost:{port}", "mail")
    assert (traffic.requests, traffic.refused, traffic.failed) == (1, 0, 0)
    assert traffic.bytes_sent > len(bytes(message))
    assert traffic.bytes_received > 200
    assert Query.objects.values_list("interface", "name").get() == ("smtp", "mail")


def test_it_introduces_itself_by_the_appliance_s_name(
    configured: Any, certificate: Certificate, settings: LazySettings
) -> None:
    settings.PUBLIC_URL = "https://plumbline.example:8443"
    with a_mail_server(certificate) as (port, box):
        configured(port)
        send(TO, "Subject", "Text")
    assert set(box.said) - {PASSWORD} == {"plumbline.example"}


def test_a_server_that_asks_for_nobody_is_told_no_password(
    configured: Any, certificate: Certificate, settings: LazySettings
) -> None:
    with a_mail_server(certificate, sign_in=False) as (port, box):
        configured(port)
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        send(TO, "Subject", "Text")
    assert len(box.envelopes) == 1
    assert PASSWORD not in box.said


def test_several_go_by_one_connection_and_none_before_it_is_written_down(
    configured: Any, certificate: Certificate, proxy: Proxy
) -> None:
    with a_mail_server(certificate) as (port, box):
        configured(port)
        with get_connection() as connection:
            assert proxy.asked == []
            messages = [EmailMessage("Subject", "Text", SENDER, [TO]) for _ in range(2)]
            assert connection.send_messages(messages) == 2
    assert len(box.envelopes) == 2
    assert len(proxy.asked) == 1


def test_a_server_without_tls_is_told_neither_password_nor_mail(configured: Any) -> None:
    with a_mail_server(None) as (port, box):
        configured(port)
        error = refused()
    assert "STARTTLS" in error.reason
    assert "Nothing is sent in plaintext" in error.action
    assert (PASSWORD in box.said, box.envelopes) == (False, [])
    assert Traffic.objects.get().failed == 1


def test_nobody_turns_tls_off(configured: Any) -> None:
    with a_mail_server(None) as (port, box):
        configured(port)
        connection = get_connection(use_tls=False, use_ssl=False)
        with pytest.raises(NotSent, match="STARTTLS"):
            EmailMessage("Subject", "Text", SENDER, [TO], connection=connection).send()
    assert (PASSWORD in box.said, box.envelopes) == (False, [])


@pytest.mark.parametrize("at_once", [False, True], ids=["STARTTLS", "TLS at once"])
@pytest.mark.parametrize(
    ("host", "words"),
    [("127.0.0.2", "IP address mismatch"), ("localhost", "self-signed certificate")],
    ids=["another name", "another authority"],
)
def test_a_server_that_is_not_the_right_one_is_told_nothing(
    configured: Any,
    certificate: Certificate,
    settings: LazySettings,
    host: str,
    words: str,
    *,
    at_once: bool,
) -> None:
    with a_mail_server(certificate, at_once=at_once) as (port, box):
        configured(port, at_once=at_once)
        settings.EMAIL_HOST = host
        if host == "localhost":
            settings.MAIL_CA_FILE = ""  # those that the system knows
        error = refused()
    assert words in error.reason
    assert "[mail] authority" in error.action
    assert (PASSWORD in box.said, box.envelopes) == (False, [])


def test_tls_is_1_2_at_least(settings: LazySettings) -> None:
    settings.MAIL_CA_FILE = ""
    assert Backend().ssl_context.minimum_version == TLSVersion.TLSv1_2


def test_a_wrong_password_is_told_as_that(configured: Any, certificate: Certificate) -> None:
    with a_mail_server(certificate) as (port, box):
        configured(port, password="another")
        error = refused()
    assert error.reason == "The server refused user and password."
    assert error.said.startswith("535 ")
    assert ("another" in box.said, box.envelopes) == (True, [])
    traffic = Traffic.objects.get()
    assert (traffic.requests, traffic.refused, traffic.failed) == (1, 1, 0)


def test_an_empty_password_is_not_left_out(configured: Any, certificate: Certificate) -> None:
    with a_mail_server(certificate, sign_in=False) as (port, box):
        configured(port, password="")
        assert refused().reason == "The password is empty."
    assert box.said == []


def test_a_server_that_lets_nobody_sign_in_is_told_as_that(
    configured: Any, certificate: Certificate
) -> None:
    with a_mail_server(certificate, at_once=True, sign_in=False) as (port, box):
        configured(port, at_once=True)
        assert "AUTH" in refused().reason
    assert box.envelopes == []


def test_a_sender_or_a_recipient_that_is_refused_is_told_without_the_address(
    configured: Any, certificate: Certificate, settings: LazySettings
) -> None:
    with a_mail_server(certificate) as (port, _):
        configured(port)
        with pytest.raises(NotSent) as recipient:
            send("nobody@company.example", "Subject", "Text")
        settings.DEFAULT_FROM_EMAIL = "stranger@company.example"
        sender = refused()
    assert recipient.value.reason == "The server takes no mail to this address."
    assert recipient.value.said == "550 5.1.1 … no such mailbox"
    assert "nobody" not in str(recipient.value)
    assert "[mail] from" in sender.action
    assert sender.said == "553 5.7.1 … not owned by user"


@pytest.mark.parametrize(
    ("answers", "reason", "todo"),
    [
        (403, "The way to localhost:{port} is not open.", "scripts/appliance egress"),
        (503, "localhost:{port} cannot be reached: the proxy answers 503.", "[mail] server"),
    ],
    ids=["not on the list", "not there"],
)
def test_what_the_proxy_refuses_is_told_in_words(
    configured: Any, settings: LazySettings, answers: int, reason: str, todo: str
) -> None:
    port = free_port()
    configured(port)
    with a_proxy(answers=answers) as proxy:
        settings.OUTBOUND_PROXY = proxy.url
        error = refused()
    assert error.reason == reason.format(port=port)
    assert todo in error.action
    assert Traffic.objects.get().failed == 1


def test_a_proxy_that_is_away_is_told_as_that(configured: Any, settings: LazySettings) -> None:
    configured(587)
    settings.OUTBOUND_PROXY = f"http://localhost:{free_port()}"
    assert "own proxy" in refused().reason


def test_without_a_proxy_a_name_that_nobody_knows_is_told_as_that(
    configured: Any, settings: LazySettings
) -> None:
    configured(587)
    settings.OUTBOUND_PROXY, settings.EMAIL_HOST = "", "mail.invalid"
    error = refused()
    assert error.reason.startswith("mail.invalid:587 cannot be reached: ")
    assert "DNS" in error.action


@pytest.mark.parametrize("at_once", [False, True], ids=["STARTTLS", "TLS at once"])
def test_a_port_that_speaks_otherwise_holds_up_for_seconds_alone(
    configured: Any, settings: LazySettings, *, at_once: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        configured(server.getsockname()[1], at_once=at_once)
        settings.EMAIL_TIMEOUT = 1
        error = refused()
    assert "timed out" in error.reason


def test_where_no_server_is_configured_it_says_so(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "backend.outbound.mail.Backend"
    assert settings.EMAIL_HOST == ""
    error = refused()
    assert error.reason == "No mail server is configured."
    assert "[mail]" in error.action
    assert not Traffic.objects.exists()


def test_the_command_tells_what_became_of_it(
    configured: Any, certificate: Certificate, settings: LazySettings
) -> None:
    with a_mail_server(certificate) as (port, box):
        configured(port)
        settings.PUBLIC_URL = "https://plumbline.example"
        out = StringIO()
        call_command("mail", "--json", test=TO, stdout=out)
        (found,) = json.loads(out.getvalue())
        assert (found["name"], found["is_good"]) == ("mail", True)
        assert found["found"] == f"accepted by localhost:{port}"
        assert "https://plumbline.example" in box.messages[0].get_content()
        settings.EMAIL_HOST_PASSWORD = "another"
        with pytest.raises(SystemExit) as ended:
            call_command("mail", test=TO, stdout=out)
    assert ended.value.code == 4
    assert "The server refused user and password. It said: 535" in out.getvalue()
    with pytest.raises(CommandError, match="no mail address"):
        call_command("mail", test="ada", stdout=out)


def test_the_configured_server_is_where_mail_may_go(settings: LazySettings) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "mail.example", 465
    (found,) = permitted_destinations()
    assert (found.destination, found.purposes) == ("mail.example:465", (Traffic.Purpose.MAIL,))
    assert found.because == ("mail server",)
