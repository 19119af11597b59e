"""How secrets are closed: by libraries that everybody knows, authenticated, each nonce once."""

import secrets
from importlib.metadata import version
from typing import Final

from backend import keyring
from backend.governance.asvs.checks import Weak, check

_RESTORE: Final = (
    "Install the release as it was shipped: how secrets are closed is nothing that can be set."
)
_CONTEXT: Final = "self_assessment/0"
_LIBRARIES: Final = ("cryptography", "argon2-cffi", "fido2")


def _closed(data: bytes) -> bytes:
    return keyring.seal_to_worker(data, context=_CONTEXT)


@check
def envelopes_are_authenticated() -> str:
    """What was changed by a bit, or moved to another place, does not open."""
    closed = _closed(b"a secret")
    if keyring.open_as_worker(closed, context=_CONTEXT) != b"a secret":
        raise Weak("what was closed does not open as it was", todo=_RESTORE)
    changed = closed[:-1] + bytes([closed[-1] ^ 1])
    for value, context in ((changed, _CONTEXT), (closed, "self_assessment/1")):
        try:
            keyring.open_as_worker(value, context=context)
        except keyring.SealBroken:
            continue
        raise Weak("what was changed or moved opens", todo=_RESTORE)
    return "changed and moved values are refused (AES-256-GCM)"


@check
def nonces_do_not_repeat() -> str:
    """The same value closed twice is another each time."""
    made = {_closed(b"the same") for _ in range(500)}
    if len(made) < 500:  # noqa: PLR2004 - as many as were made
        raise Weak("closed values repeat", todo=_RESTORE)
    if b"the same" in b"".join(made):
        raise Weak("the value stands in what was closed", todo=_RESTORE)
    return "500 different ones"


@check
def libraries_are_the_known_ones() -> str:
    """Cryptography is that of libraries that are known and kept up."""
    if len(secrets.token_bytes(32)) != 32:  # noqa: PLR2004 - as asked for
        raise Weak("the generator gives too little", todo=_RESTORE)
    return ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
