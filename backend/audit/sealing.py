"""Chaining new events, signing heads and documents: what the sealer's process does, and nobody else can."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from backend.audit import documents
from backend.audit.chain import CONTENT, next_digest, tail
from backend.audit.chain_models import Head, Link
from backend.audit.models import SignedDocument
from backend.audit.names import ACTS, EXPORTS
from backend.audit.statements import Statement
from backend.keyring import signing

SIGN_EVERY: Final = timedelta(minutes=1)
_PRIVILEGED: Final = (
    *("access_", "account_", "administration_", "api_token_", "app_key_", "audit_", "break_glass_"),
    *("credentials_", "enrolment_", "erasure_", "identity_provider_", "ingest_token_"),
    *("operator_command", "password_changed", "pseudonyms_", "recovery_code_used", "role_"),
    *("scim_token_", "second_factor_removed", "second_factor_reset", "service_account_", "sso_"),
    *("subject_access_", "token_set", "webhook_secret_set"),
)
"""Beginnings of names."""
AT_ONCE: Final = tuple(
    name for name, act in ACTS.items() if act.group == EXPORTS or name.startswith(_PRIVILEGED)
)
"""Acts after which a head is signed without waiting."""
AT_ONCE_CHANGES: Final = (
    *("accounts.identityprovider", "accounts.serviceaccount", "accounts.signinpolicy"),
    *("accounts.teamgrant", "accounts.user", "connections.connection", "people.organisation"),
)
"""Models whose changes are told likewise."""
_LOCK: Final = 7201845
"""Of Postgres's advisory locks: one sealer at a time."""
_TAKE: Final = f"""
WITH taken AS (
    DELETE FROM audit_unsealed WHERE event_id IN (
        SELECT event_id FROM audit_unsealed ORDER BY event_id LIMIT %(limit)s
    ) RETURNING event_id
)
SELECT taken.event_id, {CONTENT},
    coalesce(event.name = ANY(%(names)s) OR type.app_label || '.' || type.model = ANY(%(models)s), false)
FROM taken
LEFT JOIN audit_event AS event ON event.id = taken.event_id
LEFT JOIN django_content_type AS type ON type.id = event.content_type_id AND event.name = ''
WHERE NOT EXISTS (SELECT FROM audit_link AS link WHERE link.event_id = taken.event_id)
ORDER BY taken.event_id
"""  # noqa: S608 - a constant of our own
_APPEND: Final = """
INSERT INTO audit_link (position, event_id, digest)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[])
"""


class ChainContradicted(Exception):
    """The chain is not the one that was sealed; says what differs."""


@dataclass(frozen=True)
class Sealed:
    """How many events were chained, whether a head is to be signed at once, and where the chain now stands."""

    events: int
    is_privileged: bool
    position: int
    digest: bytes


def seal_some(*, witness: Statement | None, limit: int = 2_000) -> Sealed:
    """Chain the next events in the order of their numbers, behind everything that is chained already.

    An event whose transaction ends later comes later, whatever its number. `witness`: what this process knows of the
    chain from outside the database. Raises ChainContradicted where the chain does not hold it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if witness is not None:
            check_witness(witness)
        position, digest = tail()
        cursor.execute(_TAKE, {"limit": limit, "names": [*AT_ONCE], "models": [*AT_ONCE_CHANGES]})
        taken = cursor.fetchall()
        digests = []
        for _, content, _ in taken:
            digest = next_digest(digest, content)
            digests.append(digest)
        numbers = range(position + 1, position + 1 + len(taken))
        cursor.execute(_APPEND, [[*numbers], [number for number, _, _ in taken], digests])
    privileged = any(at_once for _, _, at_once in taken)
    return Sealed(len(taken), privileged, position + len(taken), digest)


def check_witness(witness: Statement) -> None:
    """Raises ChainContradicted where the chain does not hold what was once seen of it."""
    position, digest = tail()
    if witness.position == 0 or (position, digest) == (witness.position, witness.digest):
        return
    link = Link.objects.filter(position=witness.position).first()
    if link is not None and bytes(link.digest) == witness.digest:
        return
    if link is None and Head.objects.filter(kind="anchor", position__gte=witness.position).exists():
        return
    told = "ends before that" if position < witness.position else "holds something else there"
    raise ChainContradicted(
        f"A head of position {witness.position} was signed at {witness.signed_at:%Y-%m-%d %H:%M} UTC, and the"
        f" chain in the database {told}."
    )


def sign_head(*, kind: str = Head.Kind.HEAD, position: int, digest: bytes) -> Statement:
    """Sign where the chain stands and keep it. Raises KeyUnavailable outside the sealer."""
    unsigned = Statement(kind, position, digest, timezone.now(), signing.signing_key_id())
    made = replace(unsigned, signature=signing.sign(unsigned.signed_bytes))
    Head.objects.create(
        kind=kind,
        position=position,
        digest=digest,
        signed_at=made.signed_at,
        key_id=made.key_id,
        signature=made.signature,
    )
    return made


def documents_wait() -> bool:
    return SignedDocument.objects.filter(signature=None).exists()


def sign_documents(*, head: Statement, limit: int = 100) -> Sequence[int]:
    """Sign what waits for it, naming the head. Returns which."""
    signed = []
    with transaction.atomic():
        waiting = SignedDocument.objects.filter(signature=None).order_by("pk")[:limit]
        for document in waiting:
            document.signed_at = timezone.now()
            document.key_id = signing.signing_key_id()
            document.head_position, document.head_digest = head.position, head.digest
            document.signature = signing.sign(documents.signed_bytes(document))
            document.save(
                update_fields=["signed_at", "key_id", "head_position", "head_digest", "signature"]
            )
            signed.append(document.pk)
    return signed
