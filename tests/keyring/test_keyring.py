"""Sealed and enveloped values open in their own place, with their own key, and nowhere else."""

from pathlib import Path
from typing import Protocol

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from backend import keyring
from tests import servers


class Close(Protocol):
    def __call__(self, data: bytes, *, context: str) -> bytes: ...


class Open(Protocol):
    def __call__(self, closed: bytes, /, *, context: str) -> bytes: ...


DATA = b"a token that nobody else may read"
PAIRS = [
    (keyring.seal_to_worker, keyring.open_as_worker),
    (keyring.envelope, keyring.open_envelope),
]


@pytest.fixture(autouse=True)
def _fresh_keys() -> None:
    forget()


def forget() -> None:
    """Keys are read once a process; a test that changes the files makes it read them again."""
    for cached in (keyring._worker_public_key, keyring._worker_private_key, keyring._web_key):
        cached.cache_clear()


@pytest.mark.parametrize(("close", "open_"), PAIRS)
@given(data=st.binary(max_size=4000), context=st.text(max_size=80))
def test_what_was_closed_opens_again(close: Close, open_: Open, data: bytes, context: str) -> None:
    assert open_(close(data, context=context), context=context) == data


@pytest.mark.parametrize(("close", "open_"), PAIRS)
def test_two_closings_of_one_value_differ_and_hide_it(close: Close, open_: Open) -> None:
    first, second = (close(DATA, context="t.c/1") for _ in range(2))
    assert first != second
    assert DATA not in first


@pytest.mark.parametrize(("close", "open_"), PAIRS)
def test_a_value_moved_to_another_row_does_not_open(close: Close, open_: Open) -> None:
    with pytest.raises(keyring.SealBroken):
        open_(close(DATA, context="t.c/1"), context="t.c/2")


@pytest.mark.parametrize(("close", "open_"), PAIRS)
def test_no_byte_can_be_changed(close: Close, open_: Open) -> None:
    closed = close(DATA, context="t.c/1")
    for place in range(len(closed)):
        forged = bytearray(closed)
        forged[place] ^= 1
        with pytest.raises(keyring.SealBroken):
            open_(bytes(forged), context="t.c/1")


@pytest.mark.parametrize(("close", "open_"), PAIRS)
def test_another_key_is_named_as_the_reason(
    close: Close, open_: Open, tmp_path: Path, settings: LazySettings
) -> None:
    closed = close(DATA, context="t.c/1")
    settings.SECRETS_DIR = servers.make_secrets(tmp_path / "others")
    forget()
    with pytest.raises(keyring.SealBroken, match="another key"):
        open_(closed, context="t.c/1")


def test_web_without_the_private_key_can_close_and_not_open(
    tmp_path: Path, settings: LazySettings
) -> None:
    settings.SECRETS_DIR = servers.make_secrets(tmp_path / "web")
    (settings.SECRETS_DIR / "worker_private_key").unlink()
    forget()
    sealed = keyring.seal_to_worker(DATA, context="t.c/1")
    with pytest.raises(keyring.KeyUnavailable, match="worker_private_key"):
        keyring.open_as_worker(sealed, context="t.c/1")


def test_the_worker_seals_with_its_own_key_alone(tmp_path: Path, settings: LazySettings) -> None:
    settings.SECRETS_DIR = servers.make_secrets(tmp_path / "worker")
    (settings.SECRETS_DIR / "worker_public_key").unlink()
    forget()
    sealed = keyring.seal_to_worker(DATA, context="t.c/1")
    assert keyring.open_as_worker(sealed, context="t.c/1") == DATA


@pytest.mark.parametrize("content", ["", "00", "not hexadecimal"])
def test_a_broken_key_file_is_named(content: str, tmp_path: Path, settings: LazySettings) -> None:
    settings.SECRETS_DIR = tmp_path
    (tmp_path / "web_key").write_text(content)
    forget()
    with pytest.raises(keyring.KeyUnavailable, match="web_key"):
        keyring.envelope(DATA, context="t.c/1")
