"""LUKS2 by cryptsetup: a device whose key several passphrases and key files open, each in a slot of its own."""

from __future__ import annotations

import json
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Iterator

from host.disks import block_number, mounted_numbers, swaps
from host.ending import Refused
from host.programs import run, succeeds

MAPPED: Final = Path("/dev/mapper")
_LOOKED_AT: Final = 1 << 20
COST: tuple[str, ...] = ()
"""What a guess costs is cryptsetup's to find out: two seconds of this machine."""


def has_device_mapper() -> bool:
    """Without it nothing that cryptsetup makes can be opened here; containers and small kernels have none."""
    if "device-mapper" not in Path("/proc/devices").read_text().split():
        succeeds("modprobe", "dm_mod")
    return "device-mapper" in Path("/proc/devices").read_text().split()


def need_device_mapper() -> None:
    if not has_device_mapper():
        raise Refused(
            "this kernel has no device mapper (modprobe dm_mod), so that LUKS cannot be opened here."
            " Give a folder instead of a device: it is encrypted by gocryptfs."
        )


def format_device(device: Path, secret: bytes, *, erase: Path | None) -> None:
    """Make it LUKS2. Raises Refused where it is in use, or holds anything and `erase` does not name it."""
    used = in_use(device)
    if used:
        raise Refused(f"{device} is in use ({used}); nothing erases it.")
    held = what_it_holds(device)
    if held and erase != device:
        raise Refused(f"{device} holds {held}. To lose all of it: --yes-erase {device}")
    run(
        *("cryptsetup", "luksFormat", "--type", "luks2", "--pbkdf", "argon2id", "--batch-mode"),
        *COST,
        *("--key-file", "-", str(device)),
        stdin=secret,
    )


def in_use(device: Path) -> str:
    """By what; empty: by nothing."""
    number = block_number(str(device))
    if not number:
        return ""
    if number in mounted_numbers():
        return "it is mounted"
    if number in {swap.number for swap in swaps()}:
        return "it is swap"
    folder = Path("/sys/dev/block") / number
    if any(folder.glob("holders/*")):
        return "something stands on it"
    if any((part / "partition").exists() for part in folder.resolve().iterdir()):
        return "it has partitions"
    return ""


def what_it_holds(device: Path) -> str:
    """What wipefs recognises, else whether its beginning was ever written to; empty: nothing."""
    found = json.loads(run("wipefs", "--no-act", "--json", device) or b"{}")
    kinds = sorted({str(one["type"]) for one in found.get("signatures", ())})
    if kinds:
        return ", ".join(kinds)
    with device.open("rb") as file:
        return "data of an unknown kind" if any(file.read(_LOOKED_AT)) else ""


def is_luks(device: Path) -> bool:
    return succeeds("cryptsetup", "isLuks", "--type", "luks2", device)


def uuid(device: Path) -> str:
    return run("cryptsetup", "luksUUID", device).decode().strip()


def opens(device: Path, secret: bytes) -> bool:
    """Whether the secret opens any slot; needs no device mapper."""
    try:
        run("cryptsetup", "open", "--test-passphrase", "--key-file", "-", device, stdin=secret)
    except Refused:
        return False
    return True


def open_device(device: Path, secret: bytes, name: str) -> Path:
    """Raises Refused: no device mapper, or the secret opens no slot."""
    need_device_mapper()
    if not opens(device, secret):
        raise Refused(f"no key slot of {device} is opened by this passphrase or key file.")
    run("cryptsetup", "open", "--key-file", "-", device, name, stdin=secret)
    return MAPPED / name


def close_device(name: str) -> None:
    run("cryptsetup", "close", name)


def slots(device: Path) -> tuple[int, ...]:
    told = json.loads(run("cryptsetup", "luksDump", "--dump-json-metadata", device))
    return tuple(sorted(int(number) for number in told["keyslots"]))


def add_key(device: Path, secret: bytes, new: bytes) -> None:
    """A second secret opens it as well."""
    _need_open(device, secret)
    with _in_memory(new) as file:
        add = ("cryptsetup", "luksAddKey", "--pbkdf", "argon2id", "--batch-mode", *COST)
        run(*add, "--key-file", "-", device, file, stdin=secret)


def change_key(device: Path, secret: bytes, new: bytes) -> None:
    """The new one takes the former one's slot."""
    _need_open(device, secret)
    with _in_memory(new) as file:
        change = ("cryptsetup", "luksChangeKey", "--pbkdf", "argon2id", "--batch-mode", *COST)
        run(*change, "--key-file", "-", device, file, stdin=secret)


def remove_key(device: Path, secret: bytes) -> None:
    """It opens no longer. Raises Refused where nothing else would."""
    _need_open(device, secret)
    if len(slots(device)) == 1:
        raise Refused("this is the only key: add another one before, or all data are lost.")
    run("cryptsetup", "luksRemoveKey", "--batch-mode", "--key-file", "-", device, stdin=secret)


def back_up_header(device: Path, file: Path) -> None:
    """Without the header no key opens the device; whoever has a copy and a former key opens it, though."""
    if file.exists():
        raise Refused(f"{file} is there already.")
    run("cryptsetup", "luksHeaderBackup", device, "--header-backup-file", file)
    file.chmod(stat.S_IRUSR)


def _need_open(device: Path, secret: bytes) -> None:
    if not opens(device, secret):
        raise Refused(f"no key slot of {device} is opened by the present passphrase or key file.")


@contextmanager
def _in_memory(secret: bytes) -> Iterator[Path]:
    """The second secret is taken from a file: one that reaches no disk, and is gone at once."""
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
        file.write(secret)
        file.flush()
        yield Path(file.name)
