"""Signing and checking, with the current key and former ones."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from backend.keyring import KeyUnavailable, signing


@pytest.fixture(autouse=True)
def secrets(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """An empty folder of secrets; keys that were read before are forgotten."""
    settings.SECRETS_DIR = tmp_path
    for read in (signing.verify_keys, signing._signing_key):
        read.cache_clear()
    yield tmp_path
    for read in (signing.verify_keys, signing._signing_key):
        read.cache_clear()


def public(key: Any) -> bytes:
    written: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return written


def private(key: Any) -> bytes:
    written: bytes = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return written


def test_what_a_former_key_signed_can_still_be_checked(secrets: Path) -> None:
    former, current = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    (secrets / "audit_signing_key").write_bytes(private(former))
    signature, key_id = signing.sign(b"statement"), signing.signing_key_id()
    (secrets / "audit_verify_key").write_bytes(public(current) + public(former))
    assert signing.is_signed(b"statement", signature, key_id=key_id)
    assert not signing.is_signed(b"another", signature, key_id=key_id)
    other = next(key for key in signing.verify_keys() if key != key_id)
    assert not signing.is_signed(b"statement", signature, key_id=other)
    assert not signing.is_signed(b"statement", signature, key_id="unknown")


@pytest.mark.parametrize("content", [None, b"", b"no key"], ids=["absent", "empty", "no PEM"])
def test_a_process_without_the_key_says_which_file_it_lacks(
    content: bytes | None, secrets: Path
) -> None:
    if content is not None:
        (secrets / "audit_verify_key").write_bytes(content)
    with pytest.raises(KeyUnavailable, match="audit_verify_key"):
        signing.is_signed(b"", b"", key_id="")
    with pytest.raises(KeyUnavailable, match="audit_signing_key"):
        signing.sign(b"")


def test_a_key_of_another_kind_is_none(secrets: Path) -> None:
    key = X25519PrivateKey.generate()
    (secrets / "audit_verify_key").write_bytes(public(key))
    (secrets / "audit_signing_key").write_bytes(private(key))
    with pytest.raises(KeyUnavailable, match="no Ed25519 key"):
        signing.verify_keys()
    with pytest.raises(KeyUnavailable, match="no Ed25519 key"):
        signing.signing_key_id()
