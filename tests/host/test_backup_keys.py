"""The host's keys for backups: among the other keys, with what a former version had among the data."""

import shutil
from pathlib import Path

import pytest
from host import configuration
from host.backup_keys import FOLDER, keys_of
from host.ending import Refused
from host.folders import Folder
from host.install import take_along

FILES = {"signing_key": b"s", "drill_identity": b"d", "sftp_key": b"f", "known_hosts": b"k"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Of a version that had them there."""
    former = tmp_path / "data/backup-keys"
    former.mkdir(parents=True)
    for name, content in FILES.items():
        (former / name).write_bytes(content)
    (former / ".verify_key.new").write_bytes(b"half")
    return tmp_path / "data"


def found(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_those_among_the_data_are_moved_once(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = keys_of(data, tmp_path / "keys").folder
    assert folder == tmp_path / "keys" / FOLDER
    assert found(folder) == FILES
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o400}
    assert not list(data.iterdir())
    assert f"moved from {data}/backup-keys to {folder}" in capsys.readouterr().out
    keys_of(data, tmp_path / "keys")
    assert found(folder) == FILES
    assert not capsys.readouterr().out


@pytest.mark.parametrize("step", range(len(FILES) + 1))
def test_killed_at_any_step_none_is_lost(
    step: int, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = step
    write, remove = Folder.write, shutil.rmtree

    def counted(folder: Folder, name: str, content: bytes) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        write(folder, name, content)

    def half(folder: Path) -> None:
        """Killed while it removes."""
        next(folder.iterdir()).unlink()
        raise KeyboardInterrupt

    monkeypatch.setattr(Folder, "write", counted)
    monkeypatch.setattr(shutil, "rmtree", half)
    with pytest.raises(KeyboardInterrupt):
        keys_of(data, tmp_path / "keys")
    left = len(FILES)
    monkeypatch.setattr(shutil, "rmtree", remove)
    assert found(keys_of(data, tmp_path / "keys").folder) == FILES
    assert not list(data.iterdir())


def test_other_ones_in_both_places_are_for_somebody_to_choose_from(
    data: Path, tmp_path: Path
) -> None:
    Folder(tmp_path / "keys" / FOLDER, 0).write("signing_key", b"another")
    with pytest.raises(Refused, match="remove the folder whose keys your backups are not signed"):
        keys_of(data, tmp_path / "keys")
    assert (data / "backup-keys/signing_key").read_bytes() == b"s"


def test_keys_that_leave_the_data_take_the_host_s_own_along(data: Path, tmp_path: Path) -> None:
    former = data / "secrets"
    folder = keys_of(data, former).folder
    Folder(former / "host", 0).write("at_rest_key", b"a")
    Folder(former / "host/former", 0).write("web_key-0", b"w")
    text = configuration.written("", {("site", "url"): "https://a.example"})
    take_along(former, tmp_path / "keys", configuration.checked(text, "a test"))
    assert found(tmp_path / "keys" / FOLDER) == found(folder)
    assert (tmp_path / "keys/host/at_rest_key").read_bytes() == b"a"
    assert (tmp_path / "keys/host/former/web_key-0").read_bytes() == b"w"
