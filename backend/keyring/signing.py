"""What the appliance signs: Ed25519 (RFC 8032), by a key that the sealer of the audit log alone holds.

`audit_signing_key` is its PEM. `audit_verify_key` holds the public half, and may hold those of former keys after it,
so that what these signed can still be checked.
"""

from functools import cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from backend.keyring import KeyUnavailable
from backend.keyring.files import secret_file

_SIGNING, _VERIFY = "audit_signing_key", "audit_verify_key"
_END = b"-----END PUBLIC KEY-----"


def sign(statement: bytes) -> bytes:
    """64 bytes. Raises KeyUnavailable outside the sealer."""
    return _signing_key().sign(statement)


def signing_key_id() -> str:
    """Raises KeyUnavailable outside the sealer."""
    return _id(_signing_key().public_key())


def is_signed(statement: bytes, signature: bytes, *, key_id: str) -> bool:
    """Whether one of the known keys, that of this id, made the signature. Raises KeyUnavailable."""
    key = verify_keys().get(key_id)
    if key is None:
        return False
    try:
        key.verify(signature, statement)
    except InvalidSignature:
        return False
    return True


@cache
def verify_keys() -> dict[str, Ed25519PublicKey]:
    """By id, which is the beginning of the key's SHA-256. Raises KeyUnavailable."""
    try:
        text = secret_file(_VERIFY).read_bytes()
    except OSError as error:
        raise KeyUnavailable(f"This process was not given the file {_VERIFY}.") from error
    blocks = [block + _END for block in text.split(_END)[:-1]]
    keys = [serialization.load_pem_public_key(block) for block in blocks]
    found = {_id(key): key for key in keys if isinstance(key, Ed25519PublicKey)}
    if not found:
        raise KeyUnavailable(f"The file {_VERIFY} holds no Ed25519 key.")
    return found


@cache
def _signing_key() -> Ed25519PrivateKey:
    try:
        text = secret_file(_SIGNING).read_bytes()
    except OSError as error:
        raise KeyUnavailable(
            f"This process was not given the secret file {_SIGNING}: it is the sealer's alone."
        ) from error
    key = serialization.load_pem_private_key(text, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnavailable(f"The file {_SIGNING} holds no Ed25519 key.")
    return key


def _id(key: Ed25519PublicKey) -> str:
    return sha256(key.public_bytes_raw()).hexdigest()[:16]
