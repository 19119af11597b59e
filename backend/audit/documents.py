"""Documents that the appliance vouches for. Whoever makes one has no key: the sealer signs it within seconds."""

import json
from typing import Any

from backend import clock
from backend.audit.models import SignedDocument


def prepare(*, kind: str, content: dict[str, Any]) -> SignedDocument:
    """Write it down to be signed, in the caller's transaction. `content` holds JSON's own types alone."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return SignedDocument.objects.create(kind=kind, content=text, created_at=clock.now())
