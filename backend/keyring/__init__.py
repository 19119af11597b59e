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
"""

import secrets as random
from functools import cache
from hashlib import sha256

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
    "seal_to_worker",
]

_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_SEALED, _ENVELOPED = b"S1", b"E1"
_KEY_ID, _WRAPPED, _NONCE = 8, 40, 12


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
    key = _worker_private_key()
    body = _body(sealed, _SEALED, _public_id(key.public_key()))
    try:
        return _SUITE.decrypt(body, key, info=context.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken("The sealed value does not belong here or was changed.") from error


def envelope(data: bytes, *, context: str) -> bytes:
    """Encrypt for web's own use. Layout: "E1", key id (8), wrapped data key (40), nonce (12), ciphertext."""
    key = _web_key()
    data_key = random.token_bytes(32)
    nonce = random.token_bytes(_NONCE)
    sealed = AESGCM(data_key).encrypt(nonce, data, context.encode())
    return _ENVELOPED + _id(key) + aes_key_wrap(key, data_key) + nonce + sealed


def open_envelope(enveloped: bytes, *, context: str) -> bytes:
    """Raises KeyUnavailable outside web, SealBroken where key, place or bytes are wrong."""
    key = _web_key()
    body = _body(enveloped, _ENVELOPED, _id(key))
    wrapped, nonce, sealed = body[:_WRAPPED], body[_WRAPPED:][:_NONCE], body[_WRAPPED + _NONCE :]
    try:
        data_key = aes_key_unwrap(key, wrapped)
        return AESGCM(data_key).decrypt(nonce, sealed, context.encode())
    except (InvalidTag, InvalidUnwrap, ValueError) as error:
        raise SealBroken("The enveloped value does not belong here or was changed.") from error


def holds_web_key() -> bool:
    """Whether this process can envelope and open."""
    return secret_file("web_key").exists()


def _body(value: bytes, kind: bytes, key_id: bytes) -> bytes:
    if value[:2] != kind:
        raise SealBroken("The stored value is of an unknown form.")
    if value[2 : 2 + _KEY_ID] != key_id:
        raise SealBroken("The stored value was made with another key than the one at hand.")
    return value[2 + _KEY_ID :]


def _id(material: bytes) -> bytes:
    return sha256(b"plumbline key id" + material).digest()[:_KEY_ID]


def _public_id(key: X25519PublicKey) -> bytes:
    return _id(key.public_bytes_raw())


@cache
def _worker_public_key() -> X25519PublicKey:
    """The worker itself, who seals what a server makes for it, is given the private half alone."""
    if not secret_file("worker_public_key").exists() and secret_file("worker_private_key").exists():
        return _worker_private_key().public_key()
    key = serialization.load_pem_public_key(_read("worker_public_key"))
    if not isinstance(key, X25519PublicKey):
        raise KeyUnavailable("The file worker_public_key holds no X25519 key.")
    return key


@cache
def _worker_private_key() -> X25519PrivateKey:
    key = serialization.load_pem_private_key(_read("worker_private_key"), password=None)
    if not isinstance(key, X25519PrivateKey):
        raise KeyUnavailable("The file worker_private_key holds no X25519 key.")
    return key


@cache
def _web_key() -> bytes:
    try:
        key = bytes.fromhex(_read("web_key").decode().strip())
    except ValueError as error:
        raise KeyUnavailable("The file web_key is not in hexadecimal.") from error
    if len(key) != 32:  # noqa: PLR2004 - AES-256
        raise KeyUnavailable("The file web_key does not hold 32 bytes.")
    return key


def _read(name: str) -> bytes:
    try:
        return secret_file(name).read_bytes()
    except OSError as error:
        raise KeyUnavailable(f"This process was not given the secret file {name}.") from error
