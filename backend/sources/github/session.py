"""A session with a connection's server: whatever it signs in with, within its budget, knowing what the server knows.

A GitHub App's token lasts an hour and is kept in this process's memory alone. It is renewed when it is about to expire,
in the middle of a session as well, and when the server refuses it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils import timezone

from backend.connections import store
from backend.connections.manifest import PERMISSIONS
from backend.connections.models import Connection, Credential
from backend.connections.store import OpenedCredential
from backend.sources.budget import Budget
from backend.sources.github.addresses import addresses
from backend.sources.github.app import App
from backend.sources.github.app_payloads import IssuedToken
from backend.sources.github.client import GitHub
from backend.sources.github.schemas import HostSchema
from backend.sources.http import Access
from backend.sources.sign_in import PersonalToken, opened

RENEWED_BEFORE: Final = timedelta(minutes=5)
"""What is left of a token when a new one is got."""

_issued: dict[tuple[int | str, ...], IssuedToken] = {}
"""Installations' tokens, by connection and the keys that it has."""


def open_source(connection: Connection) -> GitHub:
    """A session under the connection's credential. For the worker. Raises SourceError that says what to do."""
    found = opened(connection, without="Enter a token, or create a GitHub App.")
    meter = Budget(connection)
    app = _app(connection, found, meter) if found[0].kind == Credential.Kind.GITHUB_APP else None
    access: Access = PersonalToken(found[0])
    if app is not None:
        access = InstallationToken(app, connection, _key(connection, found))
    return GitHub(
        url=connection.url,
        access=access,
        ca_certificate=connection.ca_certificate,
        meter=meter,
        app=app,
        schema=HostSchema(addresses(connection.url).base),
    )


@dataclass
class InstallationToken:
    """The token of an App's installation, which reads and no more, whatever the App was granted."""

    app: App
    connection: Connection
    key: tuple[int | str, ...]
    _untried: bool = False

    def token(self) -> str:
        issued = _issued.get(self.key)
        if issued is None or issued.expires_at - timezone.now() < RENEWED_BEFORE:
            installation = self.app.installation()
            issued = self.app.issue_token(installation, PERMISSIONS)
            store.note_installation(connection=self.connection, installation_id=installation.id)
            _issued[self.key], self._untried = issued, True
        return issued.token

    def accepted(self) -> None:
        self._untried = False

    def refused(self) -> bool:
        """Another one helps unless this one was new."""
        _issued.pop(self.key, None)
        return not self._untried


def _app(connection: Connection, keys: Sequence[OpenedCredential], meter: Budget) -> App:
    return App(
        url=connection.url,
        keys=keys,
        note_used=lambda pk: store.note_credential_used(credential_id=pk),
        ca_certificate=connection.ca_certificate,
        organisations=connection.organisations,
        installation_id=keys[0].installation_id,
        meter=meter,
    )


def _key(connection: Connection, keys: Sequence[OpenedCredential]) -> tuple[int | str, ...]:
    """A key that was retired, or an App that was exchanged, takes its token along; so do other organisations."""
    return (connection.pk, *(key.pk for key in keys), *sorted(connection.organisations))
