"""Documents that the appliance vouches for. Whoever makes one has no key: the sealer signs it within seconds."""

import json
from datetime import UTC
from hashlib import sha256
from typing import Any

from backend import clock
from backend.audit.models import SignedDocument
from backend.audit.statements import canonical


class Unsigned(Exception):
    """The document waits for its signature."""


def prepare(*, kind: str, content: dict[str, Any]) -> SignedDocument:
    """Write it down to be signed, in the caller's transaction. `content` holds JSON's own types alone."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return SignedDocument.objects.create(kind=kind, content=text, created_at=clock.now())


def portable(document: SignedDocument) -> str:
    """The document with its signature, as JSON for `scripts/verify-audit`. Raises Unsigned."""
    if document.signature is None:
        raise Unsigned(f"{document} is not signed yet: the sealer does so within seconds.")
    told = _statement(document) | {"signature": bytes(document.signature).hex()}
    return json.dumps(told | {"content": document.content}, indent=2, ensure_ascii=False) + "\n"


def signed_bytes(document: SignedDocument) -> bytes:
    """What the signature is over: which document it is, its content, and the audit log's head beside it."""
    return canonical(_statement(document))


def _statement(document: SignedDocument) -> dict[str, Any]:
    if document.signed_at is None:
        raise Unsigned(f"{document} is not signed yet.")
    return {
        "kind": "document",
        "document": document.kind,
        "number": document.pk,
        "sha256": sha256(document.content.encode()).hexdigest(),
        "created_at": document.created_at.astimezone(UTC).isoformat(),
        "signed_at": document.signed_at.astimezone(UTC).isoformat(),
        "key_id": document.key_id,
        "head_position": document.head_position,
        "head_digest": bytes(document.head_digest or b"").hex(),
    }
