"""Checks of keys and ciphertexts: good as they are, weak once something is."""

from pathlib import Path
from typing import Any

import pytest

from backend import keyring
from backend.governance.asvs.checks import Weak, cryptography
from backend.people.models import Person

GOOD = [
    cryptography.values_are_sealed_and_open,
    cryptography.changed_values_do_not_open,
    cryptography.sealings_differ,
    cryptography.keys_are_for_one_user,
    cryptography.uuids_are_random,
]


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> Path:
    """The same secrets, with modes as an installation has them."""
    for file in Path(settings.SECRETS_DIR).iterdir():
        if file.is_file():
            copy = tmp_path / file.name
            copy.write_bytes(file.read_bytes())
            copy.chmod(0o400)
    settings.SECRETS_DIR = tmp_path
    return tmp_path


@pytest.mark.parametrize("one", GOOD, ids=lambda one: one.__name__)
def test_good_as_it_is(one: Any) -> None:
    assert one()


def test_what_is_not_sealed_is_weak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "seal_to_worker", lambda data, *, context: data)
    with pytest.raises(Weak, match="holds what was sealed"):
        cryptography.values_are_sealed_and_open()


def test_a_seal_that_opens_whatever_was_changed_is_weak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "open_as_worker", lambda sealed, *, context: b"")
    with pytest.raises(Weak, match="changed opens"):
        cryptography.changed_values_do_not_open()


def test_errors_that_tell_what_is_wrong_inside_are_weak(monkeypatch: pytest.MonkeyPatch) -> None:
    def telling(sealed: bytes, *, context: str) -> bytes:
        raise keyring.SealBroken(f"Wrong with {context}.")

    monkeypatch.setattr(keyring, "open_as_worker", telling)
    with pytest.raises(Weak, match="told apart"):
        cryptography.changed_values_do_not_open()


def test_a_sealing_that_comes_twice_is_weak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "seal_to_worker", lambda data, *, context: b"always")
    with pytest.raises(Weak, match="199 were the same"):
        cryptography.sealings_differ()


def test_a_key_that_others_may_read_is_weak(own_files: Path) -> None:
    (own_files / "worker_private_key").chmod(0o440)
    with pytest.raises(Weak, match="worker_private_key"):
        cryptography.keys_are_for_one_user()


def test_an_id_that_can_be_guessed_is_weak(monkeypatch: pytest.MonkeyPatch) -> None:
    from uuid import uuid1

    from django.apps import apps
    from django.db import models

    fields = [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.UUIDField)
    ]
    monkeypatch.setattr(fields[0], "default", uuid1)
    with pytest.raises(Weak, match=fields[0].name):
        cryptography.uuids_are_random()
