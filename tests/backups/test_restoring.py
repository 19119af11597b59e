"""A backup is made with the real programs and restored into a second database."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.appliance.archive import Reader, Writer
from backend.appliance.backing_up import back_up
from backend.appliance.digests import of_every_table, steady
from backend.appliance.manifest import Manifest, Unreadable
from backend.appliance.programs import NotOpened, ProgramFailed, decrypting, encrypting
from backend.appliance.restoring import NotRestored, restore
from tests.backups.places import Key, a_key, another_database, backed_up
from tests.factories import a_connection, a_repository

pytestmark = pytest.mark.django_db(transaction=True)


def restored(file: Path, identity: bytes) -> Manifest:
    with another_database(), file.open("rb", buffering=0) as source:
        return restore(source=source, identity=identity)


def test_what_is_restored_is_what_was_backed_up_for_each_recipient(tmp_path: Path) -> None:
    a_repository(a_connection())
    file, operator, drill = tmp_path / "backup", a_key(), a_key()
    made = backed_up(file, operator.recipient, drill.recipient)
    assert made.tables["delivery_repository"].rows == 1
    with steady() as cursor:
        assert made.tables == of_every_table(cursor)
    for key in (operator, drill):
        assert restored(file, key.identity) == made


def test_nothing_of_it_can_be_read_without_a_key(tmp_path: Path) -> None:
    repository = a_repository(a_connection())
    file, key = tmp_path / "backup", a_key()
    backed_up(file, key.recipient)
    assert repository.name_with_owner.encode() not in file.read_bytes()
    assert b"manifest.json" not in file.read_bytes()
    with pytest.raises(NotOpened, match="no identity matched"):
        restored(file, a_key().identity)


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def turned(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize("damage", [cut, turned], ids=["cut", "turned"])
def test_a_damaged_one_is_not_restored(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    a_repository(a_connection())
    file, key = tmp_path / "backup", a_key()
    backed_up(file, key.recipient)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises((NotOpened, Unreadable, ProgramFailed)):
        restored(file, key.identity)


def written(file: Path, key: Key, manifest: Manifest) -> None:
    """The beginning of a backup, and no more."""
    with (
        file.open("wb") as into,
        encrypting(into=into, recipients=[key.recipient]) as plain,
        Writer(plain) as archive,
    ):
        archive.manifest(manifest)


def test_another_version_s_is_refused_before_anything_is_restored(tmp_path: Path) -> None:
    file, key = tmp_path / "backup", a_key()
    older = Manifest("0.9", "2026-01-01", ("accounts.0001_initial",), {})
    newer = Manifest("9.0", "2026-01-01", ("accounts.9999_of_the_future",), {})
    for manifest, told in ((newer, "newer version"), (older, "made by version 0.9")):
        written(file, key, manifest)
        with pytest.raises(NotRestored, match=told):
            restored(file, key.identity)


def test_one_without_its_end_is_none(tmp_path: Path) -> None:
    file, key = tmp_path / "backup", a_key()
    written(file, key, Manifest("1", "2026-01-01", (), {}))
    with (
        file.open("rb", buffering=0) as source,
        decrypting(source=source, identity=key.identity) as plain,
        pytest.raises(Unreadable, match="breaks off"),
    ):
        list(Reader(plain).dump())


def test_a_database_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    file, key = tmp_path / "backup", a_key()
    backed_up(file, key.recipient)
    with (
        file.open("rb", buffering=0) as source,
        pytest.raises(NotRestored, match="There are tables"),
    ):
        restore(source=source, identity=key.identity)


def test_a_recipient_that_is_none_makes_no_backup(tmp_path: Path) -> None:
    with (tmp_path / "backup").open("wb") as into, pytest.raises(ProgramFailed, match="age"):
        back_up(into=into, recipients=["age1nobody"], release="1.0")


def test_a_dump_that_fails_makes_no_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "pg_dump"
    broken.write_text("#!/bin/sh\nhead -c 9000000 /dev/zero\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(ProgramFailed, match="pg_dump ended with 1"):
        backed_up(tmp_path / "backup", a_key().recipient)
