"""Where backups lie: a folder, and a real SSH server on this machine's loopback."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from host.ending import Refused
from host.places import SIGNED, Place, name_at, place_of, too_old

from tests.servers import free_port

NAME = "plumbline-20260301T040000Z.age"
CONTENT = os.urandom(300_000)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    for name in ("sftp_key", "host_key"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True
        )
    return folder


@pytest.fixture
def port(tmp_path: Path, keys: Path) -> Iterator[int]:
    """An sshd that speaks SFTP alone, to this key alone."""
    found = free_port()
    authorised = keys / "authorized_keys"
    authorised.write_text((keys / "sftp_key.pub").read_text())
    configuration = tmp_path / "sshd_config"
    configuration.write_text(
        f"ListenAddress 127.0.0.1:{found}\nHostKey {keys}/host_key\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {authorised}\nPasswordAuthentication no\nStrictModes no\n"
        "PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\nForceCommand internal-sftp\n"
    )
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "apt-get install openssh-server"
    log = (tmp_path / "sshd.log").open("wb")
    with log, subprocess.Popen([program, "-D", "-e", "-f", configuration], stderr=log) as server:
        public = (keys / "host_key.pub").read_text().rsplit(" ", 1)[0]
        (keys / "known_hosts").write_text(f"[127.0.0.1]:{found} {public}\n")
        try:
            until_listening(found)
            yield found
        finally:
            server.terminate()


def until_listening(port: int) -> None:
    scan = ["ssh-keyscan", "-p", str(port), "127.0.0.1"]
    for _ in range(50):
        if subprocess.run(scan, capture_output=True, check=False).stdout:
            return
        time.sleep(0.1)
    raise AssertionError("sshd does not listen.")


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
    user = Path.home().owner()
    return place_of(f"sftp://{user}@127.0.0.1:{port}{far}", keys, data)


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
    other = (keys / "sftp_key.pub").read_text().rsplit(" ", 1)[0]
    (keys / "known_hosts").write_text(f"[127.0.0.1]:{port} {other}\n")
    with pytest.raises(Refused, match="Host key verification failed"):
        at(far, keys, tmp_path, port).names()


def test_another_client_key_is_refused(tmp_path: Path, keys: Path, far: Path, port: int) -> None:
    shutil.copy(keys / "host_key", keys / "sftp_key")
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
    ("address", "told"),
    [
        ("backups", "must be a folder"),
        ("sftp://host.example/backups", "USER@HOST"),
        ("sftp://me@host.example", "USER@HOST"),
        ("sftp://me@host.example/a b", "plain letters"),
        ("sftp://me@host.example/backups", "sftp_key is missing"),
    ],
)
def test_a_place_that_is_none_is_refused(address: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=told):
        place_of(address, tmp_path / "nothing", tmp_path)


def test_what_is_too_old_goes_but_never_the_last_one() -> None:
    now = datetime(2026, 3, 31, tzinfo=UTC)
    names = [name_at(now - timedelta(days=days)) for days in (40, 36, 35, 34, 0)]
    assert too_old(names, now, 35) == names[:2]
    assert too_old(names[:3], now, 35) == names[:2]
    assert too_old(names[:1], now, 35) == []
    assert too_old([*names, "plumbline.dump"], now, 35) == names[:2]
