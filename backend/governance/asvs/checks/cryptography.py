"""How this process encrypts, and how its keys lie: tried with values that are thrown away."""

import secrets
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.db import models

from backend import keyring
from backend.governance.asvs.checks import RESTORE, Weak, check

_CONTEXT: Final = "asvs.check/1"
_NEW_ID: Final = {None, uuid4}


@check
def values_are_sealed_and_open() -> str:
    """What is sealed to the worker's key is hidden, and opens for the worker in its place."""
    value = secrets.token_bytes(64)
    sealed = keyring.seal_to_worker(value, context=_CONTEXT)
    if value in sealed:
        raise Weak("a sealed value holds what was sealed", todo=RESTORE)
    if keyring.open_as_worker(sealed, context=_CONTEXT) != value:
        raise Weak("a sealed value opens as another one", todo=RESTORE)
    return f"{len(value)} bytes were sealed, hidden and opened"


@check
def changed_values_do_not_open() -> str:
    """Whatever is changed of a sealed value, or its place, the one answer is that it does not open."""
    sealed = keyring.seal_to_worker(secrets.token_bytes(32), context=_CONTEXT)
    wrong = [
        (sealed, "asvs.check/2"),
        (sealed[:-1], _CONTEXT),
        (sealed[:20], _CONTEXT),
        *((_flipped(sealed, place), _CONTEXT) for place in range(len(sealed))),
    ]
    said = {_refusal(value, context) for value, context in wrong}
    words = {word for word in said if not word.startswith(("another key:", "unknown form:"))}
    if len(words) != 1:
        raise Weak("wrong values are told apart by their errors", todo=RESTORE)
    return f"{len(wrong)} wrong values, none opens, and none says what is wrong inside"


def _flipped(value: bytes, place: int) -> bytes:
    return value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]


def _refusal(value: bytes, context: str) -> str:
    """What stands in the clear, the form and the key's id, may be named; the rest may not be told apart."""
    whole = keyring.seal_to_worker(b"", context=_CONTEXT)
    try:
        keyring.open_as_worker(value, context=context)
    except keyring.SealBroken as error:
        if value[:2] != whole[:2]:
            return f"unknown form: {error}"
        return str(error) if value[:10] == whole[:10] else f"another key: {error}"
    raise Weak("a sealed value that was changed opens", todo=RESTORE)


@check
def sealings_differ() -> str:
    """One value sealed many times is another each time: no key and nonce comes twice."""
    times = 200
    made = {keyring.seal_to_worker(b"the same", context=_CONTEXT) for _ in range(times)}
    if len(made) != times:
        raise Weak(f"of {times} sealings {times - len(made)} were the same", todo=RESTORE)
    return f"{times} sealings of one value, all different"


@check
def keys_are_for_one_user() -> str:
    """Files of secrets are of this process alone: others can neither read nor write them."""
    files = [file for file in Path(settings.SECRETS_DIR).iterdir() if file.is_file()]
    public = {"worker_public_key", "audit_verify_key", "at_rest_verify_key"}
    open_ones = sorted(
        file.name
        for file in files
        if file.suffix not in {".pem", ".crt"}
        and file.name not in public
        and file.stat().st_mode & 0o077
    )
    if not files:
        raise Weak("there is no secret file", todo="Run: sudo scripts/appliance apply")
    if open_ones:
        raise Weak(
            f"others may read {', '.join(open_ones)}", todo="Run: sudo scripts/appliance apply"
        )
    return f"{len(files)} files, each secret one for its user alone"


@check
def uuids_are_random() -> str:
    """Ids that the appliance makes as UUIDs are random ones, of version 4."""
    fields = [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.UUIDField)
    ]
    # Without a default one comes from outside, as a source's or a directory's own.
    guessable = [
        str(field)
        for field in fields
        if field.default not in _NEW_ID and field.default is not models.NOT_PROVIDED
    ]
    if guessable:
        raise Weak(f"made otherwise: {', '.join(sorted(guessable))}", todo=RESTORE)
    return f"{len(fields)} columns of UUIDs, none of another kind"
