"""What is signed of a backup: its digest, release and time, in a file beside it.

The first line is JSON, the second one its Ed25519 signature in base64. So one who has the public key and openssl can
check a backup anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from host.ending import Refused
from host.programs import openssl, succeeds

_CHUNK: Final = 1024 * 1024


@dataclass(frozen=True)
class Statement:
    name: str
    made_at: str
    release: str
    size: int
    sha256: str
    tables: int
    rows: int

    def signed(self, key: Path) -> bytes:
        return signed(json.dumps(asdict(self), sort_keys=True).encode(), key)

    @classmethod
    def read(cls, content: bytes, key: Path) -> Statement:
        """Raises Refused where it is not signed with the key."""
        try:
            return cls(**json.loads(verified(content, key)))
        except (ValueError, TypeError):
            raise Refused("what is signed of the backup cannot be read.") from None


def signed(line: bytes, key: Path) -> bytes:
    """One line, and its signature in the next."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(line)
        file.flush()
        signature = openssl("pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", file.name)
    return line + b"\n" + base64.b64encode(signature) + b"\n"


def verified(content: bytes, key: Path) -> bytes:
    """The line that was signed. Raises Refused."""
    if not key.exists():
        raise Refused(f"{key} is missing: the public key that backups are verified with.")
    line, _, signature = content.partition(b"\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "line").write_bytes(line)
        try:
            (folder / "signature").write_bytes(base64.b64decode(signature, validate=False))
        except ValueError:
            raise Refused("the signature is broken.") from None
        files = ("-in", folder / "line", "-sigfile", folder / "signature")
        if not succeeds("openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, *files):
            raise Refused(f"the signature is not one of {key}: this backup cannot be trusted.")
    return line


def digest_of(file: Path) -> tuple[str, int]:
    """SHA-256 and bytes."""
    found, size = hashlib.sha256(), 0
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            found.update(chunk)
            size += len(chunk)
    return found.hexdigest(), size
