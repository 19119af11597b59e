"""The only writer of connections and of what they sign in with."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from cryptography import x509
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify

from backend.audit.events import record
from backend.connections.models import Connection, Credential, WebhookSecret
from backend.keyring import envelope, open_as_worker, open_envelope, seal_to_worker

OVERLAP = timedelta(days=7)
"""How long a replaced webhook secret stays valid, so that the source can be changed without a gap."""


class InvalidConnection(ValueError):
    """What was typed in cannot be used; the message says what to type instead."""


def add_connection(
    *,
    kind: str,
    url: str,
    token: str,
    name: str = "",
    ca_certificate: str = "",
    organisations: Iterable[str] = (),
    cloning_allowed: bool = True,
) -> Connection:
    """Store a connection with its sealed token. Raises InvalidConnection; checks nothing outside."""
    address = clean_url(url)
    host = urlsplit(address).hostname or ""
    with transaction.atomic():
        connection = Connection(
            kind=kind,
            url=address,
            name=name or host,
            slug=_free_slug(host),
            ca_certificate=clean_certificate(ca_certificate),
            organisations=sorted(set(organisations)),
            cloning_allowed=cloning_allowed,
        )
        connection.full_clean()
        connection.save()
        set_token(connection=connection, token=token)
    return connection


@transaction.atomic
def set_token(*, connection: Connection, token: str) -> None:
    """Seal a new token to the worker; the former one is gone. Raises InvalidConnection."""
    sealed = seal_to_worker(clean_token(token).encode(), context=_credential_context(connection))
    connection.credentials.all().delete()
    Credential.objects.create(connection=connection, kind=Credential.Kind.TOKEN, sealed=sealed)
    record(name="token_set", subject=connection)


def open_credential(connection: Connection) -> str:
    """The token in clear; the worker alone can do this. Raises Credential.DoesNotExist, keyring errors."""
    sealed = Credential.objects.only("sealed").filter(connection=connection)[:1].get().sealed
    return open_as_worker(bytes(sealed), context=_credential_context(connection)).decode()


def set_webhook_secret(*, connection: Connection, secret: str) -> None:
    """Make `secret` the current one; those before stay valid for OVERLAP."""
    with transaction.atomic():
        now = timezone.now()
        connection.webhook_secrets.filter(expires_at=None).update(expires_at=now + OVERLAP)
        enveloped = envelope(secret.encode(), context=_webhook_context(connection))
        WebhookSecret.objects.create(connection=connection, enveloped=enveloped)
        record(name="webhook_secret_set", subject=connection)


def webhook_secrets(connection: Connection, *, now: datetime | None = None) -> list[bytes]:
    """Every secret that is valid now, newest first; for web alone."""
    valid = Q(expires_at=None) | Q(expires_at__gt=now or timezone.now())
    rows = connection.webhook_secrets.filter(valid).order_by("-created_at")
    return [
        open_envelope(bytes(row.enveloped), context=_webhook_context(connection)) for row in rows
    ]


def record_state(
    *, connection: Connection, state: str, reason: str = "", action: str = "", version: str = ""
) -> None:
    """Note how the connection fares; an empty version keeps the last one known."""
    connection.state, connection.state_reason, connection.state_action = state, reason, action
    connection.checked_at = timezone.now()
    connection.server_version = version or connection.server_version
    connection.save(
        update_fields=["state", "state_reason", "state_action", "checked_at", "server_version"]
    )


def clean_url(url: str) -> str:
    """The server's own address, as a person opens it. Raises InvalidConnection."""
    parts = urlsplit(url.strip())
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise InvalidConnection(f"“{url}” is no address: write it like https://github.example.com.")
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost"}:
        raise InvalidConnection(f"“{url}” is not encrypted: the address must begin with https://.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InvalidConnection("The address must hold no name, password, query or fragment.")
    if parts.path.strip("/"):
        raise InvalidConnection(
            f"Leave out “{parts.path}”: only the server's address is needed, "
            f"like {parts.scheme}://{parts.netloc}."
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


def clean_token(token: str) -> str:
    """The token without what surrounds it. Raises InvalidConnection."""
    cleaned = token.strip()
    if not re.fullmatch(r"[\x21-\x7e]{8,1000}", cleaned):
        raise InvalidConnection(
            "The token is empty or holds spaces or line breaks: paste it whole."
        )
    return cleaned


def clean_certificate(pem: str) -> str:
    """Certificates in PEM, or nothing. Raises InvalidConnection."""
    if not pem.strip():
        return ""
    try:
        x509.load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise InvalidConnection(
            "The certificate cannot be read: paste the authority's certificate in PEM form, "
            "from BEGIN CERTIFICATE to END CERTIFICATE."
        ) from error
    if "PRIVATE KEY" in pem:
        raise InvalidConnection(
            "This holds a private key: paste the authority's certificate alone."
        )
    return pem.strip() + "\n"


def _free_slug(host: str) -> str:
    wanted = slugify(host.replace(".", "-"))[:100] or "connection"
    taken = set(Connection.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    return next(
        slug
        for slug in (wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3)))
        if slug not in taken
    )


def _credential_context(connection: Connection) -> str:
    """A token opens for the server that it was entered for alone, and for the authority that vouches for it.

    So nobody who can change a connection, and not its token, can have the token sent elsewhere.
    """
    authority = sha256(connection.ca_certificate.encode()).hexdigest()
    return f"connections_credential.sealed/{connection.pk}/{connection.url}/{authority}"


def _webhook_context(connection: Connection) -> str:
    return f"connections_webhooksecret.enveloped/{connection.pk}"
