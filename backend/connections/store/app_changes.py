"""What is to be done at the server with a connection's App. Web asks, the worker does: it alone has a way out.

A webhook's secret must be known to web, which verifies with it, and to the server. GitHub would make one with the App
and tell it to the worker, who cannot envelope it for web. So web makes the secret, keeps it for itself and seals a copy
to the worker, who sets it at the server. The same way changes it later, and nobody has to type it.
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from backend.audit.events import record
from backend.connections.models import AppChange, Connection
from backend.connections.store.cleaning import InvalidConnection
from backend.connections.store.credentials import AppSignIn, binding, end_pause, replace_app
from backend.connections.store.webhook_secrets import replace_webhook_secret
from backend.keyring import SealBroken, open_as_worker, resealed, seal_to_worker

CODE_VALID: Final = timedelta(hours=1)
"""How long GitHub exchanges the code of a manifest."""
TRIED_FOR: Final = timedelta(days=7)
"""As long as the former webhook secret is accepted, at least."""
LEASE: Final = timedelta(minutes=5)
"""After so long it is tried again, if whoever took it did not say how it ended."""


@dataclass(frozen=True)
class OpenedChange:
    """`code` is empty unless the App is still to be taken over. `pk` tells it from what was asked for since."""

    pk: int
    asked_at: datetime
    step: str
    code: str = field(repr=False)
    webhook_secret: str = field(repr=False)


@transaction.atomic
def take_over_app(*, connection: Connection, code: str) -> None:
    """The App was created from a manifest: the worker is to exchange the code for its key."""
    end_pause(connection)
    _ask(connection, AppChange.Step.CREATE, code=code, valid=CODE_VALID)
    record(name="app_created", subject=connection)


@transaction.atomic
def change_app_webhook_secret(*, connection: Connection) -> None:
    """A new secret for the webhook of the connection's App. The former one stays valid for a while.

    Raises InvalidConnection where the App is not there yet.
    """
    if not hasattr(connection, "app"):
        raise InvalidConnection("The connection does not sign in as a GitHub App.")
    if AppChange.objects.filter(connection=connection, step=AppChange.Step.CREATE).exists():
        raise InvalidConnection("The App is being taken over: wait until that is done.")
    _ask(connection, AppChange.Step.SET_SECRET, code="", valid=TRIED_FOR)


def due_app_changes(now: datetime | None = None) -> list[int]:
    """Connections for which the worker has something to do now."""
    due = AppChange.objects.filter(due_at__lte=now or timezone.now())
    return list(due.values_list("connection_id", flat=True))


def claim_app_change(connection: Connection, *, now: datetime | None = None) -> OpenedChange | None:
    """What is due, opened; nobody else gets it for LEASE. For the worker: raises keyring errors elsewhere."""
    moment = now or timezone.now()
    rows = AppChange.objects.filter(connection=connection, due_at__lte=moment)
    if not rows.update(due_at=moment + LEASE):
        return None
    change = AppChange.objects.filter(connection=connection).first()
    if change is None:
        return None
    try:
        opened = open_as_worker(bytes(change.sealed), context=_context(connection))
    except SealBroken:
        change.delete()  # it was asked for at another address
        raise
    return OpenedChange(change.pk, change.created_at, change.step, **json.loads(opened))


def reseal_app_change(row: AppChange) -> bytes | None:
    """It under the worker's present key; None where it is. For the worker: raises keyring errors."""
    return resealed(bytes(row.sealed), context=_context(row.connection))


@transaction.atomic
def store_created_app(*, connection: Connection, change: OpenedChange, app: AppSignIn) -> bool:
    """The worker has the App's key. What remains is to set the webhook's secret, at once.

    False, and nothing is stored, where something else was entered or asked for meanwhile. Raises InvalidConnection.
    """
    row = AppChange.objects.select_for_update().filter(pk=change.pk)
    if not row:
        return False
    replace_app(connection=connection, app=app)
    row.update(
        step=AppChange.Step.SET_SECRET,
        due_at=timezone.now(),
        expires_at=timezone.now() + TRIED_FOR,
        error="",
    )
    return True


def finish_app_change(*, change: OpenedChange) -> None:
    """It is done, or will never be. What was asked for since stays."""
    AppChange.objects.filter(pk=change.pk).delete()


def put_off_app_change(*, change: OpenedChange, error: str, until: datetime) -> bool:
    """Try again later; False, and forgotten, where it would be too late by then."""
    rows = AppChange.objects.filter(pk=change.pk)
    if rows.filter(expires_at__gt=until).update(due_at=until, error=error):
        return True
    rows.delete()
    return False


def _ask(connection: Connection, step: str, *, code: str, valid: timedelta) -> None:
    """Instead of what was asked for before."""
    secret = secrets.token_urlsafe(32)
    replace_webhook_secret(connection=connection, secret=secret)
    AppChange.objects.filter(connection=connection).delete()
    now = timezone.now()
    AppChange.objects.create(
        connection=connection,
        step=step,
        sealed=seal_to_worker(
            json.dumps({"code": code, "webhook_secret": secret}).encode(),
            context=_context(connection),
        ),
        due_at=now,
        expires_at=now + valid,
    )


def _context(connection: Connection) -> str:
    return f"connections_appchange.sealed/{binding(connection)}"
