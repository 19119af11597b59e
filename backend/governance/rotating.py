"""Secrets in the database move under a new key while they are read and written: each process moves what it can open.

A batch is a transaction that locks its rows, so that it can be stopped at any point and begun again; what another
process wrote meanwhile under the former key is found by the next pass.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Model, QuerySet

from backend import keyring
from backend.accounts.models import IdentityProvider
from backend.audit.events import record
from backend.audit.keys import SubjectKey
from backend.connections.models import AppChange, Credential, WebhookSecret
from backend.connections.store import reseal_app_change, reseal_credential
from backend.people.models import Organisation

BATCH: Final = 200
_ENVELOPED: Final[tuple[tuple[type[Model], str], ...]] = (
    (WebhookSecret, "enveloped"),
    (IdentityProvider, "enveloped_secret"),
    (SubjectKey, "secret"),
    (Organisation, "pseudonym_key"),
)
Move = Callable[[Any], Any]
"""What is in a row now, to what is to be there; None where it may stay."""


def rewrap(*, batch: int = BATCH) -> int:
    """Web's secrets under web's present key; how many were moved. Raises keyring errors, which name the reason."""
    moved = 0
    for model, field in _ENVELOPED:
        rows = model._default_manager.exclude(**{field: None})
        moved += _move(rows, field, partial(_wrapped, field=field), batch)
    return moved + _move(Authenticator.objects.all(), "data", _second_factor, batch)


def reseal(*, batch: int = BATCH) -> int:
    """Credentials of outside systems under the worker's present key; how many were moved. Raises keyring errors."""
    related = "connection"
    moved = _move(Credential.objects.select_related(related), "sealed", reseal_credential, batch)
    return moved + _move(
        AppChange.objects.select_related(related), "sealed", reseal_app_change, batch
    )


def _move(rows: QuerySet[Any], field: str, move: Move, batch: int) -> int:
    moved = 0
    for keys in _batches(rows, batch):
        with transaction.atomic():
            fresh = [
                (row.pk, value)
                for row in rows.filter(pk__in=keys).select_for_update(of=("self",)).order_by("pk")
                if (value := _moved(row, move)) is not None
            ]
            for key, value in fresh:
                rows.model._base_manager.filter(pk=key).update(**{field: value})
            if fresh:
                record(
                    name="key_rotated",
                    detail={"table": rows.model._meta.db_table, "rows": len(fresh)},
                )
        moved += len(fresh)
    return moved


def _moved(row: Model, move: Move) -> object:
    try:
        return move(row)
    except keyring.SealBroken as error:
        raise keyring.SealBroken(f"{row._meta.db_table}, row {row.pk}: {error}") from error


def _batches(rows: QuerySet[Any], batch: int) -> Iterator[list[Any]]:
    last: Any = None
    while True:
        after = rows if last is None else rows.filter(pk__gt=last)
        keys = list(after.order_by("pk").values_list("pk", flat=True)[:batch])
        if not keys:
            return
        yield keys
        last = keys[-1]


def _wrapped(row: Model, *, field: str) -> bytes | None:
    return keyring.rewrapped(bytes(getattr(row, field)))


def _second_factor(row: Authenticator) -> dict[str, object] | None:
    """What allauth had encrypted stands as base64 among what is no secret."""
    moved = {name: _within(value) for name, value in row.data.items()}
    return moved if moved != row.data else None


def _within(value: object) -> object:
    if isinstance(value, list):
        return [_within(one) for one in value]
    # The beginning of every envelope: “E1” in base64.
    if not isinstance(value, str) or not value.startswith("RT"):
        return value
    try:
        enveloped = b64decode(value, validate=True)
    except ValueError:
        return value
    if enveloped[:2] != b"E1":
        return value
    moved = keyring.rewrapped(enveloped)
    return value if moved is None else b64encode(moved).decode()
