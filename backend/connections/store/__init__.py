"""The only writer of connections and of what they sign in with."""

from backend.connections.store.cleaning import (
    InvalidConnection,
    clean_certificate,
    clean_private_key,
    clean_token,
    clean_url,
)
from backend.connections.store.connections import add_connection, record_state
from backend.connections.store.credentials import (
    AppSignIn,
    OpenedCredential,
    add_app_key,
    credentials,
    note_credential_used,
    note_installation,
    open_credential,
    retire_app_key,
    set_app,
    set_token,
)
from backend.connections.store.webhook_secrets import (
    OVERLAP,
    OpenedSecret,
    end_former_webhook_secret,
    note_webhook_secret_used,
    set_webhook_secret,
    valid_webhook_secrets,
    webhook_secrets,
)

__all__ = [
    "OVERLAP",
    "AppSignIn",
    "InvalidConnection",
    "OpenedCredential",
    "OpenedSecret",
    "add_app_key",
    "add_connection",
    "clean_certificate",
    "clean_private_key",
    "clean_token",
    "clean_url",
    "credentials",
    "end_former_webhook_secret",
    "note_credential_used",
    "note_installation",
    "note_webhook_secret_used",
    "open_credential",
    "record_state",
    "retire_app_key",
    "set_app",
    "set_token",
    "set_webhook_secret",
    "valid_webhook_secrets",
    "webhook_secrets",
]
