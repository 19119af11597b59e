"""What web verifies webhooks with. Two values are valid at a time, so that the server can be changed without a gap."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from backend.audit.events import record
from backend.connections.models import AppChange, Connection, WebhookSecret
from backend.connections.store.cleaning import InvalidConnection
from backend.connections.store.credentials import NOTED_EVERY
from backend.keyring import envelope, open_envelope

OVERLAP: Final = timedelta(days=7)
"""How long a replaced secret stays valid."""


@dataclass(frozen=True)
class OpenedSecret:
    pk: int
    secret: bytes = field(repr=False)
    last_used_at: datetime | None


@transaction.atomic
def set_webhook_secret(*, connection: Connection, secret: str) -> None:
    """Make `secret` the current one, which a person enters at the server. Raises InvalidConnection.

    Of those before, the one that the server uses stays valid for OVERLAP.
    """
    changes = AppChange.objects.filter(connection=connection)
    if changes.filter(step=AppChange.Step.CREATE).exists():
        raise InvalidConnection("The App is being taken over: wait until that is done.")
    changes.delete()
    replace_webhook_secret(connection=connection, secret=secret)


def replace_webhook_secret(*, connection: Connection, secret: str) -> None:
    """As `set_webhook_secret`, within a transaction, where the worker sets it at the server."""
    now = timezone.now()
    former = valid_webhook_secrets(connection, now=now)
    kept = former.order_by(F("last_used_at").desc(nulls_last=True), "-created_at").first()
    if kept is not None:
        former.exclude(pk=kept.pk).delete()
        former.filter(pk=kept.pk, expires_at=None).update(expires_at=now + OVERLAP)
    connection.webhook_secrets.filter(expires_at__lte=now).delete()
    enveloped = envelope(secret.encode(), context=_context(connection))
    WebhookSecret.objects.create(connection=connection, enveloped=enveloped)
    record(name="webhook_secret_set", subject=connection)


@transaction.atomic
def end_former_webhook_secret(*, connection: Connection) -> None:
    """What was replaced is no longer accepted from now on."""
    connection.webhook_secrets.exclude(expires_at=None).delete()
    record(name="former_webhook_secret_ended", subject=connection)


def valid_webhook_secrets(
    connection: Connection, *, now: datetime | None = None
) -> QuerySet[WebhookSecret]:
    """Newest first, still enveloped."""
    valid = Q(expires_at=None) | Q(expires_at__gt=now or timezone.now())
    return connection.webhook_secrets.filter(valid).order_by("-created_at")


def webhook_secrets(connection: Connection, *, now: datetime | None = None) -> list[OpenedSecret]:
    """Every secret that is valid now, newest first; for web alone."""
    context = _context(connection)
    return [
        OpenedSecret(row.pk, open_envelope(bytes(row.enveloped), context=context), row.last_used_at)
        for row in valid_webhook_secrets(connection, now=now)
    ]


def note_webhook_secret_used(*, opened: OpenedSecret, now: datetime | None = None) -> None:
    """A delivery was signed with it: the page then says which of two the server uses."""
    moment = now or timezone.now()
    if opened.last_used_at is None or opened.last_used_at <= moment - NOTED_EVERY:
        WebhookSecret.objects.filter(pk=opened.pk).update(last_used_at=moment)


def _context(connection: Connection) -> str:
    return f"connections_webhooksecret.enveloped/{connection.pk}"
