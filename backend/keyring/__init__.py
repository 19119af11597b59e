"""Sealed and enveloped secrets.

Two ways, because two processes hold secrets for different reasons:

- *Sealed*: web takes a credential from an administrator and must never be able to read it again. It is encrypted
  to the worker's public key (HPKE, RFC 9180: X25519, HKDF-SHA256, AES-256-GCM); only the worker can open it.
- *Enveloped*: what web itself must verify, such as a webhook's secret. AES-256-GCM under a data key of the row's
  own, which is wrapped by web's key.

What both must know, such as the webhook's secret of a GitHub App, is made by web: enveloped for itself and sealed to
the worker, who hands it to the server. The other way round, a secret that the server makes and the worker passes to
web, would need a key pair of web's, and let the worker choose what web believes.

Both bind the value to its `context`, "table.column/primary key": ciphertext moved to another place does not open.

Keys are changed while all goes on: each is read from its file when it is used, and beside it may stand `…_former`,
which opens what it closed and closes nothing more. `rewrapped` and `resealed` bring a value under the present key.
"""

import secrets as random
from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from backend.keyring.files import secret_file

__all__ = [
    "KeyUnavailable",
    "SealBroken",
    "envelope",
    "holds_web_key",
    "open_as_worker",
    "open_envelope",
    "resealed",
    "rewrapped",
    "seal_to_worker",
    "worker_key_id",
]

_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_SEALED, _ENVELOPED = b"S1", b"E1"
_KEY_ID, _WRAPPED, _NONCE = 8, 40, 12
Key = TypeVar("Key")


class KeyUnavailable(Exception):
    """This process does not hold the key; the message names the file."""


class SealBroken(Exception):
    """The value was made with another key, for another place, or was changed."""


def seal_to_worker(data: bytes, *, context: str) -> bytes:
    """Encrypt so that only the worker can read. Layout: "S1", key id (8), HPKE enc and ciphertext."""
    key = _worker_public_key()
    return _SEALED + _public_id(key) + _SUITE.encrypt(data, key, info=context.encode())


def open_as_worker(sealed: bytes, *, context: str) -> bytes:
    """Raises KeyUnavailable outside the worker, SealBroken where key, place or bytes are wrong."""
    key, body = _chosen(sealed, _SEALED, _worker_private_keys)
    try:
        return _SUITE.decrypt(body, key, info=context.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken("The sealed value does not belong here or was changed.") from error


def resealed(sealed: bytes, *, context: str) -> bytes | None:
    """The value under the worker's present key; None where it is. Raises as `open_as_worker`."""
    if sealed[2 : 2 + _KEY_ID] == worker_key_id():
        return None
    return seal_to_worker(open_as_worker(sealed, context=context), context=context)


def worker_key_id() -> bytes:
    """Of the key that new values are sealed to. Raises KeyUnavailable."""
    return _public_id(_worker_public_key())


def envelope(data: bytes, *, context: str) -> bytes:
    """Encrypt for web's own use. Layout: "E1", key id (8), wrapped data key (40), nonce (12), ciphertext."""
    key = _web_key("web_key")
    data_key = random.token_bytes(32)
    nonce = random.token_bytes(_NONCE)
    sealed = AESGCM(data_key).encrypt(nonce, data, context.encode())
    return _ENVELOPED + _id(key) + aes_key_wrap(key, data_key) + nonce + sealed


def open_envelope(enveloped: bytes, *, context: str) -> bytes:
    """Raises KeyUnavailable outside web, SealBroken where key, place or bytes are wrong."""
    key, body = _chosen(enveloped, _ENVELOPED, _web_keys)
    wrapped, nonce, sealed = body[:_WRAPPED], body[_WRAPPED:][:_NONCE], body[_WRAPPED + _NONCE :]
    try:
        data_key = aes_key_unwrap(key, wrapped)
        return AESGCM(data_key).decrypt(nonce, sealed, context.encode())
    except (InvalidTag, InvalidUnwrap, ValueError) as error:
        raise SealBroken("The enveloped value does not belong here or was changed.") from error


def rewrapped(enveloped: bytes) -> bytes | None:
    """The same value with its data key under web's present key; None where it is. Needs no context, which stays bound.

    Raises KeyUnavailable, SealBroken.
    """
    present = _web_key("web_key")
    if enveloped[:2] == _ENVELOPED and enveloped[2 : 2 + _KEY_ID] == _id(present):
        return None
    key, body = _chosen(enveloped, _ENVELOPED, _web_keys)
    try:
        data_key = aes_key_unwrap(key, body[:_WRAPPED])
    except (InvalidUnwrap, ValueError) as error:
        raise SealBroken("The enveloped value was changed.") from error
    return _ENVELOPED + _id(present) + aes_key_wrap(present, data_key) + body[_WRAPPED:]


def holds_web_key() -> bool:
    """Whether this process can envelope and open."""
    return secret_file("web_key").exists()


def _chosen(value: bytes, kind: bytes, keys: Callable[[], dict[bytes, Key]]) -> tuple[Key, bytes]:
    """The key that the value names, of those at hand, and what follows."""
    if value[:2] != kind:
        raise SealBroken("The stored value is of an unknown form.")
    named, body = value[2 : 2 + _KEY_ID], value[2 + _KEY_ID :]
    # A key that was put in place between reading the files is there at the second look.
    for _ in range(2):
        if key := keys().get(named):
            return key, body
    raise SealBroken("The stored value was made with another key than the one at hand.")


def _id(material: bytes) -> bytes:
    return sha256(b"plumbline key id" + material).digest()[:_KEY_ID]


def _public_id(key: X25519PublicKey) -> bytes:
    return _id(key.public_bytes_raw())


def _worker_public_key() -> X25519PublicKey:
    """The worker itself, who seals what a server makes for it, is given the private half alone."""
    if not secret_file("worker_public_key").exists() and secret_file("worker_private_key").exists():
        return _worker_private_key("worker_private_key").public_key()
    key = serialization.load_pem_public_key(_read("worker_public_key"))
    if not isinstance(key, X25519PublicKey):
        raise KeyUnavailable("The file worker_public_key holds no X25519 key.")
    return key


def _worker_private_keys() -> dict[bytes, X25519PrivateKey]:
    keys = [_worker_private_key(name) for name in _there("worker_private_key")]
    return {_public_id(key.public_key()): key for key in keys}


def _worker_private_key(name: str) -> X25519PrivateKey:
    key = serialization.load_pem_private_key(_read(name), password=None)
    if not isinstance(key, X25519PrivateKey):
        raise KeyUnavailable(f"The file {name} holds no X25519 key.")
    return key


def _web_keys() -> dict[bytes, bytes]:
    return {_id(key): key for key in map(_web_key, _there("web_key"))}


def _web_key(name: str) -> bytes:
    try:
        key = bytes.fromhex(_read(name).decode().strip())
    except ValueError as error:
        raise KeyUnavailable(f"The file {name} is not in hexadecimal.") from error
    if len(key) != 32:  # noqa: PLR2004 - AES-256
        raise KeyUnavailable(f"The file {name} does not hold 32 bytes.")
    return key


def _there(name: str) -> list[str]:
    """The former key first: it is put there before another one takes its place."""
    former = f"{name}_former"
    return [former, name] if secret_file(former).exists() else [name]


def _read(name: str) -> bytes:
    try:
        return secret_file(name).read_bytes()
    except OSError as error:
        raise KeyUnavailable(f"This process was not given the secret file {name}.") from error
