"""What a connection signs in with. Web seals it to the worker and cannot read it again."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from backend.audit.events import record
from backend.connections.models import AppChange, Connection, Credential, GitHubApp
from backend.connections.store.cleaning import InvalidConnection, clean_private_key, clean_token
from backend.keyring import SealBroken, open_as_worker, resealed, seal_to_worker

KEYS: Final = 2
"""How many keys of an App are valid at a time."""
NOTED_EVERY: Final = timedelta(minutes=1)
"""A use is written down at most so often."""


@dataclass(frozen=True)
class AppSignIn:
    """A GitHub App as it is typed in, or as the server makes it. Without an installation its only one is found."""

    app_id: int
    private_key: str = field(repr=False)
    slug: str = ""
    client_id: str = ""
    installation_id: int | None = None


@dataclass(frozen=True)
class OpenedCredential:
    """A credential in clear, in the worker's memory alone. `secret` is a token or a private key in PEM."""

    kind: str
    secret: str = field(repr=False)
    pk: int
    app_id: int | None = None
    installation_id: int | None = None


@transaction.atomic
def set_token(*, connection: Connection, token: str) -> None:
    """Seal a new token to the worker; what was there before is gone. Raises InvalidConnection."""
    sealed = _sealed(connection, clean_token(token))
    _give_up_changes(connection)
    end_pause(connection)
    connection.credentials.all().delete()
    GitHubApp.objects.filter(connection=connection).delete()
    Credential.objects.create(connection=connection, kind=Credential.Kind.TOKEN, sealed=sealed)
    record(name="token_set", subject=connection)


@transaction.atomic
def set_app(*, connection: Connection, app: AppSignIn) -> None:
    """Sign in as this App from now on; what was there before is gone. Raises InvalidConnection."""
    replace_app(connection=connection, app=app)
    _give_up_changes(connection)
    end_pause(connection)


def replace_app(*, connection: Connection, app: AppSignIn) -> None:
    """As `set_app`, in a transaction, and leaves what is still to be done with the App. Raises InvalidConnection."""
    key = clean_private_key(app.private_key)
    identity = {
        "app_id": app.app_id,
        "slug": app.slug,
        "client_id": app.client_id,
        "installation_id": app.installation_id,
    }
    GitHubApp.objects.update_or_create(connection=connection, defaults=identity)
    connection.credentials.all().delete()
    _add_key(connection, key.pem, key.fingerprint)
    record(
        name="app_set",
        subject=connection,
        detail={"app_id": app.app_id, "installation_id": app.installation_id},
    )


@transaction.atomic
def add_app_key(*, connection: Connection, private_key: str) -> None:
    """A further key, valid beside the one that is there. Raises InvalidConnection where there are two already."""
    key = clean_private_key(private_key)
    keys = list(
        connection.credentials.filter(kind=Credential.Kind.GITHUB_APP).values_list(
            "fingerprint", flat=True
        )
    )
    if not keys:
        raise InvalidConnection("The connection does not sign in as a GitHub App.")
    if key.fingerprint in keys:
        raise InvalidConnection("This key is there already.")
    if len(keys) >= KEYS:
        raise InvalidConnection("Two keys are valid already: retire one of them first.")
    _add_key(connection, key.pem, key.fingerprint)
    record(name="app_key_added", subject=connection, detail={"fingerprint": key.fingerprint})


@transaction.atomic
def retire_app_key(*, connection: Connection, credential_id: int) -> None:
    """Forget one of two keys. Raises InvalidConnection for the last one, Credential.DoesNotExist."""
    keys = connection.credentials.filter(kind=Credential.Kind.GITHUB_APP)
    key = keys.only("fingerprint").get(pk=credential_id)
    if not keys.exclude(pk=credential_id).exists():
        raise InvalidConnection("It is the only key: add another one first.")
    keys.filter(pk=credential_id).delete()
    record(name="app_key_retired", subject=connection, detail={"fingerprint": key.fingerprint})


@transaction.atomic
def forget_credentials(*, connection: Connection) -> None:
    """Sign in as nobody until something else is entered."""
    _give_up_changes(connection)
    connection.credentials.all().delete()
    GitHubApp.objects.filter(connection=connection).delete()
    record(name="credentials_forgotten", subject=connection)


def credentials(connection: Connection) -> list[OpenedCredential]:
    """All that is valid, newest first; empty where nothing was set. For the worker: raises keyring errors elsewhere."""
    app = GitHubApp.objects.filter(connection=connection).first()
    context = _context(connection)
    return [
        OpenedCredential(
            kind=row.kind,
            secret=open_as_worker(bytes(row.sealed), context=context).decode(),
            pk=row.pk,
            app_id=app.app_id if app and row.kind == Credential.Kind.GITHUB_APP else None,
            installation_id=app.installation_id if app else None,
        )
        for row in connection.credentials.all()
    ]


def reseal_credential(row: Credential) -> bytes | None:
    """It under the worker's present key; None where it is. For the worker: raises keyring errors.

    What was entered for another address opens no more and stays as it is: the connection says so already.
    """
    context = _context(row.connection)
    try:
        return resealed(bytes(row.sealed), context=context)
    except SealBroken:
        if row.connection.state == Connection.State.WORKING:
            raise
        return None


def note_credential_used(*, credential_id: int, now: datetime | None = None) -> None:
    """The server took it: the page then says which of two is in use."""
    moment = now or timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lte=moment - NOTED_EVERY)
    Credential.objects.filter(stale, pk=credential_id).update(last_used_at=moment)


def note_installation(*, connection: Connection, installation_id: int) -> None:
    """The App's installation, as the worker found it."""
    GitHubApp.objects.filter(connection=connection).update(installation_id=installation_id)


def end_pause(connection: Connection) -> None:
    """Something new to sign in with was entered: whoever did it wants it tried."""
    paused = Connection.objects.filter(pk=connection.pk, state=Connection.State.PAUSED)
    if paused.update(state=Connection.State.UNCHECKED, state_reason="", state_action=""):
        connection.state = Connection.State.UNCHECKED
        record(name="connection_resumed", subject=connection)


def _give_up_changes(connection: Connection) -> None:
    """What is still to be done is about an App that the connection no longer signs in as."""
    AppChange.objects.filter(connection=connection).delete()


def _add_key(connection: Connection, pem: str, fingerprint: str) -> None:
    Credential.objects.create(
        connection=connection,
        kind=Credential.Kind.GITHUB_APP,
        sealed=_sealed(connection, pem),
        fingerprint=fingerprint,
    )


def _sealed(connection: Connection, secret: str) -> bytes:
    return seal_to_worker(secret.encode(), context=_context(connection))


def _context(connection: Connection) -> str:
    return f"connections_credential.sealed/{binding(connection)}"


def binding(connection: Connection) -> str:
    """A credential opens for the server it was entered for alone, and for the authority that vouches for it.

    So nobody who can change a connection, and not its credential, can have the credential sent elsewhere.
    """
    authority = sha256(connection.ca_certificate.encode()).hexdigest()
    return f"{connection.pk}/{connection.url}/{authority}"
