"""What is signed about the audit log, and how it is written down: one JSON object a line, for files and for syslog.

The signature is over the UTF-8 bytes of the object without `signature`, with sorted keys and without spaces. All its
values are integers and strings of ASCII, so that any JSON library writes the same bytes.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from backend.audit.chain_models import Head
from backend.keyring import signing


class Unreadable(Exception):
    """A line is not what was written; says which and why."""


@dataclass(frozen=True)
class Statement:
    """A signed word about the chain at one position; `Head` says what the kinds mean."""

    kind: str
    position: int
    digest: bytes
    signed_at: datetime
    key_id: str
    signature: bytes = b""

    @classmethod
    def of(cls, head: Head) -> Self:
        return cls(
            head.kind,
            head.position,
            bytes(head.digest),
            head.signed_at,
            head.key_id,
            bytes(head.signature),
        )

    @classmethod
    def read(cls, line: str) -> Self:
        """From a line of our own, or of a log that holds one. Raises Unreadable."""
        try:
            told = json.loads(line[line.index('{"digest"') :])
            return cls(
                kind=str(told["kind"]),
                position=int(told["position"]),
                digest=bytes.fromhex(told["digest"]),
                signed_at=datetime.fromisoformat(told["signed_at"]),
                key_id=str(told["key_id"]),
                signature=bytes.fromhex(told["signature"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"This is no signed head: {line[:100]!r}.") from error

    @property
    def signed_bytes(self) -> bytes:
        return canonical(self._told())

    @property
    def is_valid(self) -> bool:
        """Whether a known key signed it. Raises KeyUnavailable where this process has none."""
        return signing.is_signed(self.signed_bytes, self.signature, key_id=self.key_id)

    def line(self) -> str:
        """As JSON, with the signature."""
        return canonical(self._told() | {"signature": self.signature.hex()}).decode()

    def _told(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "position": self.position,
            "digest": self.digest.hex(),
            "signed_at": self.signed_at.astimezone(UTC).isoformat(),
            "key_id": self.key_id,
        }


def canonical(told: dict[str, Any]) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def read_all(lines: Iterable[str]) -> Iterator[Statement]:
    """Those of a file of heads, or of a log that has other lines too. Raises Unreadable."""
    return (Statement.read(line) for line in lines if '{"digest"' in line)
