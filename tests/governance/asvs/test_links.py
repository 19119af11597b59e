"""Checks of connections: good as production has them, weak once one is not verified."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest
from django.db import connection

from backend.connections.store import cleaning
from backend.governance.asvs.checks import Weak, links
from backend.outbound import trust


@pytest.fixture
def production(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """As the settings of production are made of the environment's; the database is the test's own."""
    authority = tmp_path / "internal_ca.pem"
    authority.write_text("an authority")
    url = "rediss://worker:secret@valkey:6379/{}?ssl_cert_reqs=required&ssl_ca_certs=" + str(
        authority
    )
    settings.CELERY = settings.CELERY | {"broker_url": url.format(0)}
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": url.format(1)}}
    options = {"sslmode": "verify-full", "sslrootcert": str(authority)}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    settings.OUTBOUND_PROXY = "http://egress:3128"
    return settings


class Told:
    """A cursor that tells of a connection as Postgres would."""

    def __init__(self, row: tuple[object, ...]) -> None:
        self.row = row

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def execute(self, _: str) -> None: ...

    def fetchone(self) -> tuple[object, ...]:
        return self.row


def encrypted_by(monkeypatch: pytest.MonkeyPatch, *row: object) -> None:
    told = SimpleNamespace(settings_dict=connection.settings_dict, cursor=lambda: Told(row))
    monkeypatch.setattr(links, "connection", told)


def test_the_database(production: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    encrypted_by(monkeypatch, True, "TLSv1.3", "TLS_AES_256_GCM_SHA384")
    assert links.database_is_verified().startswith("TLSv1.3")
    encrypted_by(monkeypatch, True, "TLSv1.2", "old")
    with pytest.raises(Weak, match=r"TLSv1\.2"):
        links.database_is_verified()


@pytest.mark.django_db
def test_a_database_that_is_asked_in_plaintext_is_weak(production: Any) -> None:
    """The tests' own server speaks no TLS, and Postgres says so."""
    with pytest.raises(Weak, match="no encryption"):
        links.database_is_verified()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "not set"),
        ({"sslmode": "require"}, "require"),
        ({"sslmode": "verify-full", "sslrootcert": "/nowhere"}, "/nowhere is not there"),
    ],
    ids=["nothing", "unverified", "no-authority"],
)
def test_a_database_that_is_not_verified_is_weak(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, str], told: str
) -> None:
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    with pytest.raises(Weak, match=told):
        links.database_is_verified()


@pytest.mark.parametrize(
    ("was", "becomes"),
    [("rediss:", "redis:"), ("=required", "=none"), (":secret@", "@"), ("internal_ca", "other")],
)
def test_the_broker(production: Any, was: str, becomes: str) -> None:
    assert links.broker_is_verified()
    url = production.CELERY["broker_url"]
    production.CELERY = production.CELERY | {"broker_url": url.replace(was, becomes)}
    with pytest.raises(Weak):
        links.broker_is_verified()


def test_the_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    assert links.outside_is_verified().startswith("3 clients")
    context = trust.trusting("")
    context.check_hostname = False
    monkeypatch.setattr(trust, "trusting", lambda _: context)
    with pytest.raises(Weak, match="not checked"):
        links.outside_is_verified()


def test_plain_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert links.plain_addresses_are_refused()
    monkeypatch.setattr(links, "clean_jira_url", lambda url, **_: url)
    with pytest.raises(Weak, match="Jira may be entered"):
        links.plain_addresses_are_refused()
    assert cleaning.clean_url("https://source.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend"),
        ("EMAIL_USE_TLS", False),
    ],
)
def test_mail(settings: Any, name: str, value: object) -> None:
    settings.EMAIL_BACKEND = "backend.outbound.mail.Backend"
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = True, False
    assert links.mail_is_encrypted().startswith("STARTTLS")
    setattr(settings, name, value)
    with pytest.raises(Weak):
        links.mail_is_encrypted()


def test_the_way_out(production: Any) -> None:
    assert links.way_out_is_the_proxy() == "by egress:3128"
    production.OUTBOUND_PROXY = ""
    with pytest.raises(Weak, match="no proxy"):
        links.way_out_is_the_proxy()
