"""A connection's GitHub App at the server: taken over after its manifest, its webhook's secret set.

Web asks for it and the worker does it, since web has no way out. See `connections.store.app_changes`.
"""

from datetime import timedelta
from typing import Final

import structlog
from django.utils import timezone

from backend.connections import store
from backend.connections.models import AppChange, Connection
from backend.connections.store import OpenedChange
from backend.keyring import SealBroken
from backend.outbound.models import Traffic
from backend.sources.errors import NotFound, SourceError
from backend.sources.github.addresses import addresses
from backend.sources.github.app import App
from backend.sources.github.app_payloads import Conversion
from backend.sources.github.endpoints import REST
from backend.sources.http import AGENT, Client
from backend.sources.shapes import UnexpectedShape, read

log = structlog.get_logger(__name__)

SOON: Final = timedelta(minutes=1)
LATER: Final = timedelta(hours=1)
"""What will not pass by itself is tried again all the same: a person may mend it."""


def carry_out(connection: Connection) -> None:
    """Do what is due. Raises SourceError where the App could not be taken over.

    A secret that could not be set is tried again for as long as the former one is valid, and told on the connection's
    page; collecting is none the worse for it.
    """
    while (change := _claimed(connection)) is not None:
        if change.step == AppChange.Step.CREATE:
            _take_over(connection, change)
            continue
        try:
            _set_secret(connection, change)
        except SourceError as error:
            _put_off(change, error)
            log.warning("webhook_secret_not_set", connection=connection.slug, reason=error.reason)
        else:
            store.finish_app_change(change=change)


def _take_over(connection: Connection, change: OpenedChange) -> None:
    where = addresses(connection.url)
    with Client(
        base_url=where.base,
        headers={"Accept": "application/vnd.github+json", "User-Agent": AGENT},
        ca_certificate=connection.ca_certificate,
        catalogue=REST,
        purpose=Traffic.Purpose.SET_UP,
    ) as client:
        try:
            # Once: a code is gone after its first use, even if the answer got lost.
            answer = client.post(
                f"{where.rest}/app-manifests/{change.code}/conversions", {}, tries=1
            )
        except NotFound as error:
            store.finish_app_change(change=change)
            raise SourceError(
                f"{client.host} no longer exchanges the code of the App.",
                "Delete the App at the server if it is there, and create it again.",
                permanent=True,
            ) from error
        except SourceError as error:
            _put_off(change, error)
            raise
    try:
        made = read(Conversion, answer.body)
        app = store.AppSignIn(made.id, made.pem, slug=made.slug, client_id=made.client_id)
        store.store_created_app(connection=connection, change=change, app=app)
    except (UnexpectedShape, store.InvalidConnection) as error:
        # The code is used up: to try again would only hide why.
        store.finish_app_change(change=change)
        raise SourceError(
            f"What {connection} told of the new App cannot be used: {error}",
            "Delete the App at the server, and create it again.",
            permanent=True,
        ) from error


def _set_secret(connection: Connection, change: OpenedChange) -> None:
    keys = [key for key in store.credentials(connection) if key.app_id is not None]
    if not keys:
        raise SourceError(
            f"{connection} does not sign in as a GitHub App.", "Enter its key.", permanent=True
        )
    with App(
        url=connection.url,
        keys=keys,
        note_used=lambda key: store.note_credential_used(credential_id=key),
        ca_certificate=connection.ca_certificate,
        purpose=Traffic.Purpose.SET_UP,
    ) as app:
        app.patch("/app/hook/config", {"secret": change.webhook_secret, "content_type": "json"})


def _claimed(connection: Connection) -> OpenedChange | None:
    """What is due. What was asked for at another address is given up."""
    try:
        return store.claim_app_change(connection)
    except SealBroken as error:
        raise SourceError(
            "The connection's address or authority was changed on the way.",
            "Begin again: create the App, or make a new webhook secret.",
            permanent=True,
        ) from error


def _put_off(change: OpenedChange, error: SourceError) -> None:
    """When the server says, else as long again as it has waited already: later and later."""
    now = timezone.now()
    waited = now - change.asked_at
    delay = LATER if error.permanent else min(max(waited, SOON), LATER)
    store.put_off_app_change(
        change=change,
        error=f"{error.reason} {error.action}",
        until=error.retry_at or now + delay,
    )
