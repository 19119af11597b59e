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
    with pytest.raises(keyring.SealBroken, match="another key"):
        open_(closed, context="t.c/1")


def test_web_without_the_private_key_can_close_and_not_open(
    tmp_path: Path, settings: LazySettings
) -> None:
    settings.SECRETS_DIR = servers.make_secrets(tmp_path / "web")
    (settings.SECRETS_DIR / "worker_private_key").unlink()
    sealed = keyring.seal_to_worker(DATA, context="t.c/1")
    with pytest.raises(keyring.KeyUnavailable, match="worker_private_key"):
        keyring.open_as_worker(sealed, context="t.c/1")


def test_the_worker_seals_with_its_own_key_alone(tmp_path: Path, settings: LazySettings) -> None:
    settings.SECRETS_DIR = servers.make_secrets(tmp_path / "worker")
    (settings.SECRETS_DIR / "worker_public_key").unlink()
    sealed = keyring.seal_to_worker(DATA, context="t.c/1")
    assert keyring.open_as_worker(sealed, context="t.c/1") == DATA


@pytest.mark.parametrize("content", ["", "00", "not hexadecimal"])
def test_a_broken_key_file_is_named(content: str, tmp_path: Path, settings: LazySettings) -> None:
    settings.SECRETS_DIR = tmp_path
    (tmp_path / "web_key").write_text(content)
    with pytest.raises(keyring.KeyUnavailable, match="web_key"):
        keyring.envelope(DATA, context="t.c/1")


def become_former(folder: Path, name: str) -> None:
    """As the host does it: the present key is kept to read with, and another one takes its place."""
    other = servers.make_secrets(folder.with_name("another"))
    (folder / f"{name}_former").write_bytes((folder / name).read_bytes())
    (folder / name).write_bytes((other / name).read_bytes())
    if name == "worker_private_key":
        public = (other / "worker_public_key").read_bytes()
        (folder / "worker_public_key").write_bytes(public)


@pytest.fixture
def folder(tmp_path: Path, settings: LazySettings) -> Path:
    settings.SECRETS_DIR = servers.make_secrets(tmp_path / "own")
    return Path(settings.SECRETS_DIR)


def test_an_envelope_moves_to_the_present_key_and_stays_bound_to_its_place(folder: Path) -> None:
    closed = keyring.envelope(DATA, context="t.c/1")
    assert keyring.rewrapped(closed) is None
    become_former(folder, "web_key")
    assert keyring.open_envelope(closed, context="t.c/1") == DATA
    moved = keyring.rewrapped(closed)
    assert moved
    assert keyring.rewrapped(moved) is None
    (folder / "web_key_former").unlink()
    assert keyring.open_envelope(moved, context="t.c/1") == DATA
    with pytest.raises(keyring.SealBroken, match="does not belong here"):
        keyring.open_envelope(moved, context="t.c/2")
    with pytest.raises(keyring.SealBroken, match="another key"):
        keyring.open_envelope(closed, context="t.c/1")


def test_a_sealed_value_moves_to_the_present_key(folder: Path) -> None:
    closed = keyring.seal_to_worker(DATA, context="t.c/1")
    assert keyring.resealed(closed, context="t.c/1") is None
    become_former(folder, "worker_private_key")
    with pytest.raises(keyring.SealBroken, match="does not belong here"):
        keyring.resealed(closed, context="t.c/2")
    moved = keyring.resealed(closed, context="t.c/1")
    assert moved
    (folder / "worker_private_key_former").unlink()
    assert keyring.open_as_worker(moved, context="t.c/1") == DATA
    with pytest.raises(keyring.SealBroken, match="another key"):
        keyring.open_as_worker(closed, context="t.c/1")


@given(place=st.integers(min_value=0, max_value=49))
def test_what_was_changed_is_not_wrapped_anew(place: int) -> None:
    """The form, the key's id and the wrapped key; the rest is seen when it is opened."""
    forged = bytearray(keyring.envelope(DATA, context="t.c/1"))
    forged[place] ^= 1
    if place < 10:
        with pytest.raises(keyring.SealBroken):
            keyring.rewrapped(bytes(forged))
    else:
        with pytest.raises(keyring.SealBroken):
            keyring.open_envelope(bytes(forged), context="t.c/1")


def test_a_lost_key_is_named(folder: Path) -> None:
    closed = keyring.envelope(DATA, context="t.c/1")
    (folder / "web_key").unlink()
    with pytest.raises(keyring.KeyUnavailable, match="web_key"):
        keyring.open_envelope(closed, context="t.c/1")
    with pytest.raises(keyring.KeyUnavailable, match="web_key"):
        keyring.rewrapped(closed)
