"""Connections to other services, and to the outside."""

import ssl
from typing import Final
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.db import connection

from backend.connections.store.cleaning import InvalidConnection, clean_url
from backend.governance.asvs.checks import Weak, check
from backend.outbound import trust

_RESTORE: Final = (
    "On the host: scripts/appliance apply, and doctor; then report it: see SECURITY.md."
)


@check
def the_database_is_verified() -> str:
    """The database's certificate and name are verified, and the live connection speaks TLS 1.2 or newer."""
    mode = settings.DATABASES["default"]["OPTIONS"].get("sslmode")
    if mode != "verify-full":
        raise Weak(f"sslmode is {mode or 'not set'}", todo=_RESTORE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ssl, version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        is_on, version, cipher = cursor.fetchone() or (False, None, None)
    if not is_on or version not in {"TLSv1.2", "TLSv1.3"}:
        raise Weak(f"the live connection speaks {version or 'no TLS'}", todo=_RESTORE)
    return f"{version}, {cipher}"


@check
def the_broker_is_verified() -> str:
    """The broker is asked by TLS, and its certificate verified."""
    for name, url in (
        ("the broker", settings.CELERY["broker_url"]),
        ("the cache", settings.CACHES["default"]["LOCATION"]),
    ):
        parts = urlsplit(url)
        asked = parse_qs(parts.query)
        if parts.scheme != "rediss" or asked.get("ssl_cert_reqs") != ["required"]:
            raise Weak(f"{name} is asked without a verified certificate", todo=_RESTORE)
    return "TLS, verified by the installation's authority"


@check
def the_way_out_verifies() -> str:
    """What is asked outside is verified by name and authority, over TLS 1.2 or newer."""
    context = trust.trusting("")
    if context.verify_mode != ssl.CERT_REQUIRED or not context.check_hostname:
        raise Weak("certificates are not verified", todo=_RESTORE)
    if context.minimum_version < ssl.TLSVersion.TLSv1_2:
        raise Weak(f"{context.minimum_version.name} is spoken", todo=_RESTORE)
    return f"{context.minimum_version.name} at least"


@check
def plain_addresses_are_refused() -> str:
    """A source is not asked without TLS."""
    try:
        clean_url("http://github.plumbline.example")
    except InvalidConnection:
        return "http:// is refused"
    raise Weak("http:// is taken", todo=_RESTORE)
