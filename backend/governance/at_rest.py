"""What the host has judged of encryption at rest, and who answers for what it cannot see.

Services verify it before they start (scripts/images/guarded); here it is read to be told, verified once more.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from pydantic import BaseModel, ConfigDict

from backend.audit.events import record
from backend.audit.models import Event
from backend.keyring.files import secret_file

EVENTS: Final = {"below_machine": "encryption_attested", "evaluation": "evaluation_excepted"}


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Place(_Told):
    what: str
    path: str
    device: str
    state: str
    how: str


class Attestation(_Told):
    kind: str
    reason: str
    by: str
    made: int
    until: int
    machine: str


class Judgement(_Told):
    accepted: bool
    boot: str
    made: int
    until: int
    places: list[Place]
    attestations: list[Attestation]


def judgement() -> Judgement | None:
    """None: nobody judges here, as in the demo, or what is there was not signed by this installation."""
    folder = Path(settings.AT_REST_DIR)
    try:
        said = (folder / "judgement.json").read_bytes()
        signature = (folder / "judgement.sig").read_bytes()
        key = serialization.load_pem_public_key(secret_file("at_rest_verify_key").read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(key, Ed25519PublicKey):
        return None
    try:
        key.verify(signature, said)
    except InvalidSignature:
        return None
    return Judgement.model_validate_json(said)


def evaluation_ends() -> datetime | None:
    """Until when services start without encryption at rest; None where they need no such exception."""
    found = judgement()
    return datetime.fromtimestamp(found.until, tz=UTC) if found and found.until else None


def record_attestations() -> int:
    """Each once; how many were new. Who and why are personal: for a process that can seal them, which is web."""
    found = judgement()
    new = 0
    for one in found.attestations if found else ():
        name = EVENTS[one.kind]
        detail = {"attested_at": one.made, "until": one.until}
        if Event.objects.filter(name=name, additional_data__attested_at=one.made).exists():
            continue
        record(name=name, detail=detail, words={"by": one.by, "reason": one.reason})
        new += 1
    return new
