"""Whose values are in the log, sealed under a key of each person's own.

AES-256-GCM under a key a subject, which is enveloped under web's key: web alone writes and reads personal values, since
it alone knows who acts and from where. A process without web's key leaves them out and keeps the numbers.
"""

import hmac
import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from backend import keyring
from backend.audit.keys import SubjectKey

NOBODY: Final = "nobody"
"""Whose key holds what is known of somebody who is not known, such as the address of a failed sign-in."""
_NONCE: Final = 12

Secrets = Mapping[str, bytes]


def subject_of(instance: Model) -> str:
    """Whose values a row holds, by the settings' AUDIT_SUBJECTS, or "" where it is about no person."""
    label = instance._meta.concrete_model._meta.label  # type: ignore[union-attr]
    kind, _, column = settings.AUDIT_SUBJECTS.get(label, "").partition("/")
    return f"{kind}/{getattr(instance, column)}" if kind else ""


def user(pk: int) -> str:
    return f"user/{pk}"


@transaction.atomic
def forget(subjects: Collection[str]) -> int:
    """Destroy their keys, for good: whatever the log holds of them is noise from now on.

    How many held any. Who had no key gets none later either.
    """
    now = timezone.now()
    found = SubjectKey.objects.filter(subject__in=subjects, forgotten_at=None)
    destroyed = found.update(secret=None, forgotten_at=now)
    SubjectKey.objects.bulk_create(
        (SubjectKey(subject=one, forgotten_at=now) for one in sorted(set(subjects))),
        ignore_conflicts=True,
    )
    return destroyed


def secrets_of(subjects: Iterable[str]) -> dict[str, bytes]:
    """Opened keys; of who was forgotten none. One statement. Raises KeyUnavailable outside web."""
    rows = SubjectKey.objects.filter(subject__in=set(subjects)).exclude(secret=None)
    return {
        subject: keyring.open_envelope(bytes(secret or b""), context=_context(subject))
        for subject, secret in rows.values_list("subject", "secret")
    }


def secrets_for(subjects: Iterable[str]) -> dict[str, bytes]:
    """To seal with: made where there is none yet. Nothing in a process that may not read what it writes."""
    wanted = sorted(set(subjects) - {""})
    if not wanted or not keyring.holds_web_key():
        return {}
    found = secrets_of(wanted)
    if len(found) < len(wanted):
        SubjectKey.objects.bulk_create(
            (SubjectKey(subject=one, secret=_new(one)) for one in wanted if one not in found),
            ignore_conflicts=True,
        )
        found = secrets_of(wanted)
    return found


def forgotten(subjects: Iterable[str]) -> set[str]:
    rows = SubjectKey.objects.filter(subject__in=set(subjects), secret=None)
    return set(rows.values_list("subject", flat=True))


def seal(values: Mapping[str, Any], *, subject: str, keys: Secrets) -> bytes | None:
    """None: there is nothing to seal, or no key to do it with."""
    if subject not in keys or not values:
        return None
    nonce = secrets.token_bytes(_NONCE)
    text = json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False)
    return nonce + AESGCM(keys[subject]).encrypt(nonce, text.encode(), subject.encode())


def unseal(
    sealed: bytes | memoryview | None, *, subject: str, keys: Secrets
) -> dict[str, Any] | None:
    """None: nothing is there, or it can be read no more."""
    if sealed is None or subject not in keys:
        return None
    sealed = bytes(sealed)
    try:
        text = AESGCM(keys[subject]).decrypt(sealed[:_NONCE], sealed[_NONCE:], subject.encode())
    except InvalidTag:
        return None
    values: dict[str, Any] = json.loads(text)
    return values


def digest(address: str, *, subject: str, keys: Secrets) -> bytes | None:
    """What an address is found again by: nothing to anybody without the key."""
    if subject not in keys:
        return None
    return hmac.digest(keys[subject], address.encode(), "sha256")[:16]


def _new(subject: str) -> bytes:
    return keyring.envelope(secrets.token_bytes(32), context=_context(subject))


def _context(subject: str) -> str:
    return f"audit_subjectkey.secret/{subject}"
