"""What a connection signs in with, opened for a session. For the worker."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.connections import store
from backend.connections.models import Connection
from backend.connections.store import OpenedCredential
from backend.keyring import KeyUnavailable, SealBroken
from backend.sources.errors import CredentialRefused, SourceError


@dataclass
class PersonalToken:
    """A person's token: it is what it is."""

    credential: OpenedCredential
    _noted: bool = False

    def token(self) -> str:
        return self.credential.secret

    def accepted(self) -> None:
        if not self._noted:
            store.note_credential_used(credential_id=self.credential.pk)
            self._noted = True

    def refused(self) -> bool:
        return False


def opened(connection: Connection, *, without: str) -> Sequence[OpenedCredential]:
    """All that is valid, newest first. Raises SourceError; `without`: what to do where there is nothing."""
    try:
        found = store.credentials(connection)
    except (KeyUnavailable, SealBroken) as error:
        raise SourceError(
            f"What {connection} signs in with cannot be opened: {error}",
            "Enter it anew; where this is not the worker, run it there.",
            permanent=True,
        ) from error
    if not found:
        raise CredentialRefused(
            f"{connection} has nothing to sign in with.", without, permanent=True
        )
    return found
