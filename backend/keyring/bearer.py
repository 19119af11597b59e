"""Bearer tokens: 256 random bits, handed out once, kept as a digest that tells nothing of them."""

import hashlib
import secrets
from typing import Final, NamedTuple

PREFIX: Final = "plb_"
"""So that scanners for secrets, and people, know what it is."""
_SHOWN: Final = len(PREFIX) + 6


class Minted(NamedTuple):
    token: str
    """To be shown once and kept nowhere."""
    digest: str
    beginning: str
    """By which people tell tokens apart."""


def mint() -> Minted:
    token = PREFIX + secrets.token_urlsafe(32)
    return Minted(token, digest(token), token[:_SHOWN])


def digest(token: str) -> str:
    """SHA-256: so much randomness needs no slow hash. Looked up by it, no search tells anything of any token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
