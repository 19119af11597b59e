"""Encrypted volumes: gocryptfs from end to end, LUKS2 on a file as far as a kernel without device mapper goes."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from host.at_rest import ENCRYPTED, judge
from host.disks import facts, mount_at
from host.ending import Refused
from host.volumes import luks

TOP = Path(__file__).resolve().parents[2]
MARKER = b"a marker that no disk may hold"


def volumes(folder: Path, act: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in arguments]
    command = [sys.executable, "-I", str(TOP / "scripts/appliance"), "volumes", act, *words]
    return subprocess.run(
        [*command, "--volume", str(folder / "volume.json")],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def key_file(folder: Path, name: str) -> Path:
    file = folder / name
    file.write_text(secrets.token_hex(32))
    file.chmod(0o400)
    return file


@pytest.fixture
def point(tmp_path: Path) -> Iterator[Path]:
    """Where a volume is mounted; nothing stays mounted."""
    at = tmp_path / "data"
    yield at
    if at.exists() and mount_at(at):
        subprocess.run(["fusermount3", "-uz", str(at)], check=True)


def test_gocryptfs_from_creating_to_another_key(tmp_path: Path, point: Path) -> None:
    cipher, key, other = tmp_path / "cipher", tmp_path / "keys/one", tmp_path / "keys/two"
    done = volumes(tmp_path, "create", cipher, "--at", point, "--key-file", key)
    assert done.returncode == 0, done.stderr
    assert "gocryptfs on" in done.stdout
    assert key.stat().st_mode & 0o777 == 0o400
    (point / "file").write_bytes(MARKER)
    assert judge(str(point / "file"), facts()).state == ENCRYPTED

    assert volumes(tmp_path, "close").returncode == 0
    assert not any(point.iterdir())
    assert all(MARKER not in file.read_bytes() for file in cipher.iterdir() if file.is_file())

    changed = volumes(tmp_path, "rekey", "--key-file", key, "--new-key-file", other)
    assert changed.returncode == 0, changed.stderr
    refused = volumes(tmp_path, "open", "--key-file", key)
    assert refused.returncode == 1
    assert "gocryptfs" in refused.stderr
    assert volumes(tmp_path, "open", "--key-file", other).returncode == 0
    assert "Already open" in volumes(tmp_path, "open", "--key-file", other).stdout
    assert (point / "file").read_bytes() == MARKER


def test_a_volume_in_use_is_not_closed(tmp_path: Path, point: Path) -> None:
    key = key_file(tmp_path, "key")
    volumes(tmp_path, "create", tmp_path / "cipher", "--at", point, "--key-file", key)
    with (point / "file").open("w"):
        refused = volumes(tmp_path, "close")
    assert refused.returncode == 1
    assert "in use; docker compose down" in refused.stderr
    assert volumes(tmp_path, "close").returncode == 0


def test_services_of_other_users_are_let_in_by_the_modes_of_their_files(
    tmp_path: Path, point: Path
) -> None:
    tmp_path.chmod(0o711)
    for parent in tmp_path.parents:
        if parent.owner() == "root" and parent != Path("/") and "pytest" in parent.name:
            parent.chmod(0o711)
    key = key_file(tmp_path, "key")
    volumes(tmp_path, "create", tmp_path / "cipher", "--at", point, "--key-file", key)
    (point / "mine").write_text("")
    (point / "mine").chmod(0o400)
    (point / "all").write_text("")
    (point / "all").chmod(0o444)
    read = ["setpriv", "--reuid=10103", "--regid=10103", "--clear-groups", "cat"]
    told = [
        subprocess.run([*read, str(point / name)], check=False, capture_output=True).returncode
        for name in ("all", "mine")
    ]
    assert told == [0, 1]


REFUSED = {
    "no terminal and no key file": (["{t}/new"], "no terminal to ask"),
    "a folder with something in it": (["{t}/full", "--key-file", "{t}/key"], "is not empty"),
    "a mount point with something in it": (
        ["{t}/new", "--at", "{t}/full", "--key-file", "{t}/key"],
        "is not empty",
    ),
    "a key file that others read": (["{t}/new", "--key-file", "{t}/open-key"], "chmod 0400"),
    "an empty key file": (["{t}/new", "--key-file", "{t}/empty"], "is empty"),
    "a key of two lines": (["{t}/new", "--key-file", "{t}/lines"], "one line"),
    "a device that is not there": (["/dev/no-such-disk", "--key-file", "{t}/key"], "no device"),
}


@pytest.mark.parametrize(("arguments", "reason"), REFUSED.values(), ids=REFUSED)
def test_creating_is_refused_before_anything_changes(
    tmp_path: Path, arguments: list[str], reason: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("mine")
    for name, content, mode in (
        ("key", "k" * 64, 0o400),
        ("open-key", "k" * 64, 0o444),
        ("empty", "", 0o400),
        ("lines", "a\nb", 0o400),
    ):
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(mode)
    words = [word.format(t=tmp_path) for word in arguments]
    at = [] if "--at" in words else ["--at", str(tmp_path / "data")]
    before = sorted(tmp_path.rglob("*"))
    refused = volumes(tmp_path, "create", *words, *at)
    assert refused.returncode == 1
    assert reason in refused.stderr
    assert [path for path in tmp_path.rglob("*") if path not in before] in ([], [tmp_path / "new"])


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in a device's place, and guesses that cost little."""
    monkeypatch.setattr(luks, "COST", ("--pbkdf-memory", "32768", "--pbkdf-force-iterations", "4"))
    file = tmp_path / "disk"
    with file.open("wb") as made:
        made.truncate(32 << 20)
    return file


def test_luks2_with_its_key_slots(device: Path, tmp_path: Path) -> None:
    luks.format_device(device, b"first", erase=None)
    assert luks.is_luks(device)
    dump = subprocess.run(
        ["cryptsetup", "luksDump", str(device)], capture_output=True, text=True, check=True
    ).stdout
    assert "argon2id" in dump
    assert "aes-xts-plain64" in dump
    assert luks.slots(device) == (0,)
    luks.add_key(device, b"first", b"second")
    assert luks.slots(device) == (0, 1)
    luks.change_key(device, b"second", b"third")
    luks.remove_key(device, b"first")
    assert [luks.opens(device, key) for key in (b"first", b"second", b"third")] == [
        False,
        False,
        True,
    ]
    with pytest.raises(Refused, match="the only key"):
        luks.remove_key(device, b"third")


def test_a_wrong_key_adds_changes_and_removes_nothing(device: Path) -> None:
    luks.format_device(device, b"first", erase=None)
    for act in (luks.add_key, luks.change_key):
        with pytest.raises(Refused, match="no key slot"):
            act(device, b"wrong", b"new")
    with pytest.raises(Refused, match="no key slot"):
        luks.remove_key(device, b"wrong")
    assert luks.slots(device) == (0,)


def test_a_lost_header_comes_back_from_its_copy(device: Path, tmp_path: Path) -> None:
    luks.format_device(device, b"first", erase=None)
    copy = tmp_path / "header"
    luks.back_up_header(device, copy)
    with pytest.raises(Refused, match="there already"):
        luks.back_up_header(device, copy)
    with device.open("r+b") as file:
        file.write(bytes(16 << 20))
    assert not luks.opens(device, b"first")
    restore = ("luksHeaderRestore", "--batch-mode", str(device), "--header-backup-file", str(copy))
    subprocess.run(["cryptsetup", *restore], check=True)
    assert luks.opens(device, b"first")


@pytest.mark.parametrize("holding", ["a file system", "bytes of no known kind"])
def test_what_a_device_holds_is_lost_only_where_it_is_named(device: Path, holding: str) -> None:
    if holding == "a file system":
        subprocess.run(["mkfs.ext4", "-q", "-F", str(device)], check=True)
    else:
        with device.open("r+b") as file:
            file.seek(70_000)
            file.write(b"letters")
    before = device.read_bytes()
    for erase in (None, device.with_name("other")):
        with pytest.raises(Refused, match=rf"holds .* --yes-erase {device}"):
            luks.format_device(device, b"key", erase=erase)
    assert device.read_bytes() == before
    luks.format_device(device, b"key", erase=device)
    assert luks.is_luks(device)


def test_luks_is_refused_with_a_reason_where_there_is_no_device_mapper(
    device: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(luks, "has_device_mapper", lambda: False)
    luks.format_device(device, b"key", erase=None)
    with pytest.raises(Refused, match=r"no device mapper .* encrypted by gocryptfs"):
        luks.open_device(device, b"key", "plumbline-test")
