"""Where backups lie: a folder, and a real SSH server on this machine's loopback."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from host.ending import Refused
from host.places import SIGNED, Place, name_at, place_of, too_old

from tests.sftp import address, new_key, sftp_server

NAME = "plumbline-20260301T040000Z.age"
CONTENT = os.urandom(300_000)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    (tmp_path / "keys").mkdir()
    return tmp_path / "keys"


@pytest.fixture
def port(tmp_path: Path, keys: Path) -> Iterator[int]:
    with sftp_server(tmp_path, keys) as found:
        yield found


@pytest.fixture
def far(tmp_path: Path) -> Path:
    folder = tmp_path / "far"
    folder.mkdir()
    return folder


@pytest.fixture(params=["folder", "sftp"])
def place(request: pytest.FixtureRequest, tmp_path: Path, keys: Path, far: Path) -> Place:
    if request.param == "folder":
        return place_of(str(far), keys, tmp_path)
    return at(far, keys, tmp_path, request.getfixturevalue("port"))


def at(far: Path, keys: Path, data: Path, port: int) -> Place:
    return place_of(address(port, far), keys, data)


def put(place: Place, name: str = NAME) -> None:
    file = place.staging / f".{name}.part"
    file.write_bytes(CONTENT)
    place.put(file, name, b"signed\n")
    assert not file.exists()


def test_what_was_put_is_there_whole_and_nothing_else(place: Place, far: Path) -> None:
    assert place.names() == []
    put(place)
    assert place.names() == [NAME]
    assert place.signed(NAME) == b"signed\n"
    assert place.fetch(NAME).read_bytes() == CONTENT
    assert {file.name for file in far.iterdir()} == {NAME, NAME + SIGNED}
    place.remove(NAME)
    assert place.names() == []
    assert not list(far.iterdir())


def test_what_is_half_there_is_no_backup(place: Place, far: Path) -> None:
    (far / NAME).write_bytes(b"without a signature")
    (far / "plumbline-20260302T040000Z.age.part").write_bytes(b"half")
    (far / f"plumbline-20260302T040000Z.age{SIGNED}").write_bytes(b"half")
    (far / "somebody else's file").write_bytes(b"")
    assert place.names() == []


def test_another_host_key_is_refused(tmp_path: Path, keys: Path, far: Path, port: int) -> None:
    (keys / "known_hosts").write_text(f"[127.0.0.1]:{port} {new_key(tmp_path, 'other')}\n")
    with pytest.raises(Refused, match="Host key verification failed"):
        at(far, keys, tmp_path, port).names()


def test_another_client_key_is_refused(tmp_path: Path, keys: Path, far: Path, port: int) -> None:
    new_key(tmp_path, "other")
    (tmp_path / "other").replace(keys / "sftp_key")
    with pytest.raises(Refused, match="Permission denied"):
        at(far, keys, tmp_path, port).names()


def test_an_upload_that_fails_leaves_nothing_half(
    tmp_path: Path, keys: Path, far: Path, port: int
) -> None:
    place = at(far, keys, tmp_path, port)
    put(place)
    (far / "plumbline-20260302T040000Z.age").mkdir()
    with pytest.raises(Refused):
        put(place, "plumbline-20260302T040000Z.age")
    assert place.names() == [NAME]


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("backups", "must be a folder"),
        ("sftp://host.example/backups", "USER@HOST"),
        ("sftp://me@host.example", "USER@HOST"),
        ("sftp://me@host.example/a b", "plain letters"),
        ("sftp://me@host.example/backups", "sftp_key is missing"),
    ],
)
def test_a_place_that_is_none_is_refused(to: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=told):
        place_of(to, tmp_path / "nothing", tmp_path)


def test_what_is_too_old_goes_but_never_the_last_one() -> None:
    now = datetime(2026, 3, 31, tzinfo=UTC)
    names = [name_at(now - timedelta(days=days)) for days in (40, 36, 35, 34, 0)]
    assert too_old(names, now, 35) == names[:2]
    assert too_old(names[:3], now, 35) == names[:2]
    assert too_old(names[:1], now, 35) == []
    assert too_old([*names, "plumbline.dump"], now, 35) == names[:2]


def test_what_only_looks_like_a_backup_is_none(place: Place, far: Path) -> None:
    put(place)
    for name in ("plumbline-00000000T000000Z.age", "plumbline-99999999T999999Z.age"):
        (far / name).write_bytes(b"")
        (far / f"{name}{SIGNED}").write_bytes(b"")
    assert place.names() == [NAME]
    assert too_old(place.names(), datetime(2030, 1, 1, tzinfo=UTC), 1) == []
