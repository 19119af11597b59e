"""Whoever sends goes through the allow-list proxy, with TLS from end to end, and says in words what it refuses."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import LazySettings

from backend.accounts.sso.outgoing import Session, told
from backend.accounts.sso.questions import GITHUB_META
from backend.audit.syslog import Address, Syslog
from backend.outbound.models import Traffic
from backend.outbound.proxy import NotOpen, connected
from backend.sources.errors import SourceError
from tests.accounts.sso.providers import a_provider
from tests.audit.test_syslog import a_head, listening
from tests.proxies import a_proxy
from tests.servers import free_port
from tests.simulators.conftest import certificate
from tests.sources.serving import client, failure, fixed, serving

__all__ = ["certificate"]

pytestmark = pytest.mark.django_db  # what is sent is written down

Certificate = tuple[Path, Path]


@pytest.fixture(autouse=True)
def another_proxy_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which is not asked where one is set."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "*")


def test_a_source_is_asked_through_it(certificate: Certificate, settings: LazySettings) -> None:
    authority = certificate[0].read_text()
    with serving(fixed(200, b'{"a": 1}'), certificate) as (url, _):
        with client(url, authority) as source:
            source.get("/x")
        straight = Traffic.objects.get().bytes_sent
        with a_proxy() as proxy:
            settings.OUTBOUND_PROXY = proxy.url
            with client(url, authority) as source:
                assert source.get("/x").body == {"a": 1}
            assert "cannot be verified" in failure(url).reason
    assert set(proxy.asked) == {urlsplit(url).netloc}
    # What the proxy is asked is none of the source's bytes.
    assert Traffic.objects.get(requests=2).bytes_sent == 2 * straight


def test_a_provider_is_asked_through_it(certificate: Certificate, settings: LazySettings) -> None:
    with serving(fixed(200, b'{"a": 1}'), certificate) as (url, _), a_proxy() as proxy:
        settings.OUTBOUND_PROXY = proxy.url
        provider = a_provider(address=url, ca_certificate=certificate[0].read_text())
        with Session(provider, GITHUB_META) as session:
            assert session.get(f"{url}/").json() == {"a": 1}
        strange = a_provider(address=url)
        with Session(strange, GITHUB_META) as session, pytest.raises(requests.exceptions.SSLError):
            session.get(f"{url}/")
    assert set(proxy.asked) == {urlsplit(url).netloc}


def test_heads_go_through_it(certificate: Certificate, settings: LazySettings) -> None:
    with listening(certificate) as listener, a_proxy() as proxy:
        settings.OUTBOUND_PROXY = proxy.url
        syslog = Syslog(Address("localhost", listener.port, certificate[0]), "-")
        for position in (1, 2):
            syslog.tell(a_head(position))
        syslog.flush(now=0)
        assert len(listener.wait_for(2)) == 2
        syslog.close()
    assert (syslog.failure, proxy.asked) == ("", [f"localhost:{listener.port}"])


def by_source(_: Path) -> str:
    error = failure("https://forge.example:8443")
    return f"{error.reason} {error.action}"


def by_provider(_: Path) -> str:
    provider = a_provider(address="https://login.example:8443", other_hosts=["keys.example"])
    with (
        Session(provider, GITHUB_META) as session,
        pytest.raises(requests.RequestException) as error,
    ):
        session.get("https://keys.example/403")
    return told(provider, error.value)


def by_syslog(authority: Path) -> str:
    syslog = Syslog(Address("logs.example", 6514, authority), "-")
    syslog.tell(a_head(1))
    syslog.flush(now=0)
    assert syslog.waiting == 1
    return syslog.failure


WAYS = [
    pytest.param(by_source, "forge.example:8443", id="source"),
    pytest.param(by_provider, "keys.example", id="provider"),
    pytest.param(by_syslog, "logs.example:6514", id="syslog"),
]


@pytest.mark.parametrize(("ask", "place"), WAYS)
def test_what_is_not_open_is_told_in_words(
    ask: Callable[[Path], str], place: str, certificate: Certificate, settings: LazySettings
) -> None:
    with a_proxy(answers=403) as proxy:
        settings.OUTBOUND_PROXY = proxy.url
        said = ask(certificate[0])
    assert f"The way to {place} is not open." in said
    assert "scripts/appliance egress" in said
    assert len(proxy.asked) == 1


@pytest.mark.parametrize(("ask", "place"), WAYS)
def test_what_the_proxy_does_not_reach_is_another_matter(
    ask: Callable[[Path], str], place: str, certificate: Certificate, settings: LazySettings
) -> None:
    with a_proxy(answers=503) as proxy:
        settings.OUTBOUND_PROXY = proxy.url
        said = ask(certificate[0])
    assert "cannot be reached" in said
    assert "scripts/appliance egress" not in said
    assert proxy.asked[0].startswith(place)


def test_a_proxy_that_is_away_is_told_as_that(settings: LazySettings) -> None:
    settings.OUTBOUND_PROXY = f"http://localhost:{free_port()}"
    assert "own proxy" in failure("https://forge.example").reason


def test_nothing_is_asked_in_plaintext(settings: LazySettings) -> None:
    """It is sent as it stands, and the true proxy takes nothing but CONNECT."""
    with a_proxy(answers=403) as proxy:
        settings.OUTBOUND_PROXY = proxy.url
        with client("http://forge.example") as source, pytest.raises(SourceError):
            source.get("/x")
    assert proxy.asked == ["GET http://forge.example/x HTTP/1.1"]


def test_an_answer_that_is_none_is_an_error_and_no_connection(settings: LazySettings) -> None:
    with a_proxy(answers=403) as proxy:
        settings.OUTBOUND_PROXY = proxy.url
        with pytest.raises(NotOpen):
            connected("2001:db8::1", 443, seconds=3)
    assert proxy.asked == ["[2001:db8::1]:443"]
