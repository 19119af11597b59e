"""Connections: to the database, to the broker, and to the outside."""

from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.db import connection

from backend.connections.store.cleaning import InvalidConnection, clean_jira_url, clean_url
from backend.governance.asvs.checks import RESTORE, Weak, check
from backend.outbound import mail, trust

_APPLY: Final = "Run: sudo scripts/appliance apply"


@check
def database_is_verified() -> str:
    """The database is asked by TLS 1.3 alone, and shows a certificate of the installation's own authority."""
    options = connection.settings_dict["OPTIONS"]
    if options.get("sslmode") != "verify-full":
        raise Weak(f"sslmode is {options.get('sslmode', 'not set')}", todo=_APPLY)
    _authority(options.get("sslrootcert", ""))
    with connection.cursor() as cursor:
        cursor.execute("SELECT ssl, version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        encrypted, version, cipher = cursor.fetchone()
    if not encrypted or version != "TLSv1.3":
        raise Weak(f"this very connection has {version or 'no encryption'}", todo=_APPLY)
    return f"{version}, {cipher}, verified in full"


@check
def broker_is_verified() -> str:
    """The broker and the cache are asked by TLS alone, and show a certificate of the same authority."""
    for name, url in (
        ("broker", settings.CELERY["broker_url"]),
        ("cache", settings.CACHES["default"]["LOCATION"]),
    ):
        parts = urlsplit(str(url))
        asked = parse_qs(parts.query)
        if parts.scheme != "rediss":
            raise Weak(f"the {name} is asked by {parts.scheme}", todo=_APPLY)
        if asked.get("ssl_cert_reqs") != ["required"]:
            raise Weak(f"the {name}'s certificate is not required", todo=_APPLY)
        if not parts.password:
            raise Weak(f"the {name} is told no password", todo=_APPLY)
        _authority(asked.get("ssl_ca_certs", [""])[0])
    return "rediss with password and authority, for broker and cache"


def _authority(file: str) -> None:
    if not file or not Path(file).is_file():
        raise Weak(f"the authority's certificate {file or '(none)'} is not there", todo=_APPLY)


@check
def outside_is_verified() -> str:
    """Whoever is asked outside must show a certificate that is trusted and of the name that was asked for."""
    contexts = {
        "sources": trust.trusting(""),
        "kept for sources": trust.shared(""),
        "mail": mail.Backend().ssl_context,
    }
    for name, context in contexts.items():
        if context.verify_mode.name != "CERT_REQUIRED" or not context.check_hostname:
            raise Weak(f"{name}: certificates are not checked", todo=RESTORE)
        if context.minimum_version.name not in {"TLSv1_2", "TLSv1_3"}:
            raise Weak(f"{name}: {context.minimum_version.name} is taken", todo=RESTORE)
    return f"{len(contexts)} clients check certificate and name, from TLS 1.2 on"


@check
def plain_addresses_are_refused() -> str:
    """No source is entered by an address that is not encrypted."""
    plain = "http://source.example"
    taken = [
        name
        for name, attempt in (
            ("GitHub", lambda: clean_url(plain)),
            ("Jira", lambda: clean_jira_url(plain, cloud=False)),
        )
        if _is_taken(attempt)
    ]
    if taken:
        raise Weak(f"{' and '.join(taken)} may be entered by http://", todo=RESTORE)
    return "http:// is refused for GitHub and Jira"


def _is_taken(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except InvalidConnection:
        return False
    return True


@check
def mail_is_encrypted() -> str:
    """Mail goes by the one client that insists on TLS, from the beginning or before anything is told."""
    if settings.EMAIL_BACKEND != "backend.outbound.mail.Backend":
        raise Weak(f"mail goes by {settings.EMAIL_BACKEND}", todo=RESTORE)
    if settings.EMAIL_USE_TLS == settings.EMAIL_USE_SSL:
        raise Weak("neither or both ways of TLS are set", todo=RESTORE)
    return "TLS from the beginning" if settings.EMAIL_USE_SSL else "STARTTLS, or nothing is sent"


@check
def way_out_is_the_proxy() -> str:
    """This process goes outside by the allow-list proxy."""
    parts = urlsplit(settings.OUTBOUND_PROXY)
    if not parts.hostname or not parts.port:
        raise Weak("no proxy is set, so this process would go by itself", todo=_APPLY)
    return f"by {parts.hostname}:{parts.port}"
