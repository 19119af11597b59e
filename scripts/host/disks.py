"""What the kernel tells of mounts, block devices and swap."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from host.at_rest import Device, Facts, Mount, Swap

_BLOCK = Path("/sys/dev/block")
_BLANK = re.compile(r"\\([0-7]{3})")


def facts() -> Facts:
    mounts = _mounts()
    return Facts(lambda path: mounts.get(_mount_id(path)), devices(), devices_of)


def read_mounts(text: str) -> dict[int, Mount]:
    """By the kernel's own number of each mount. Blanks within words are octal there (proc(5))."""
    found = {}
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        number, _, device, _, point = before.split()[:5]
        kind, source, *options = after.split()
        words = (point, device, kind, source, " ".join(options))
        found[int(number)] = Mount(*(_BLANK.sub(_unwritten, word) for word in words))
    return found


def read_swaps(text: str) -> list[Swap]:
    lines = [line.split() for line in text.splitlines()[1:]]
    return [
        Swap(words[0], block_number(words[0]) if words[1] == "partition" else "")
        for words in lines
        if words
    ]


def swaps() -> list[Swap]:
    return read_swaps(Path("/proc/swaps").read_text())


def boot_id() -> str:
    """Another one after each start of the machine, and the same in every container."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def mount_at(point: Path) -> Mount | None:
    """The mount that begins at this very folder."""
    found = _mounts().get(_mount_id(str(point)))
    return found if found and found.point == str(point.resolve()) else None


def mounted_numbers() -> set[str]:
    """Those of all devices that a file system is mounted from."""
    return {number for mount in _mounts().values() for number in devices_of(mount)}


def devices(block: Path = _BLOCK) -> dict[str, Device]:
    return {folder.name: _device(folder) for folder in sorted(block.iterdir())}


def devices_of(mount: Mount) -> tuple[str, ...]:
    """A btrfs has a number of its own and may have several devices; others have their device's."""
    if not mount.number.startswith("0:"):
        return (mount.number,)
    number = block_number(mount.source)
    if not number or mount.kind != "btrfs":
        return ()
    for members in Path("/sys/fs/btrfs").glob("*/devices"):
        numbers = tuple((member / "dev").read_text().strip() for member in members.iterdir())
        if number in numbers:
            return numbers
    return (number,)


def _mounts() -> dict[int, Mount]:
    return read_mounts(Path("/proc/self/mountinfo").read_text())


def _mount_id(path: str) -> int:
    """Of a path that is not there yet: that of the nearest folder above it which is."""
    place = Path(path).resolve()
    while not place.exists():
        place = place.parent
    handle = os.open(place, os.O_PATH)
    try:
        told = Path(f"/proc/self/fdinfo/{handle}").read_text().split()
    finally:
        os.close(handle)
    return int(told[told.index("mnt_id:") + 1])


def _device(folder: Path) -> Device:
    real = folder.resolve()
    below = tuple((slave / "dev").read_text().strip() for slave in sorted(real.glob("slaves/*")))
    if (real / "partition").exists():
        below = ((real.parent / "dev").read_text().strip(),)
    return Device(real.name, _text(real / "dm/uuid"), below, _text(real / "loop/backing_file"))


def _unwritten(blank: re.Match[str]) -> str:
    return chr(int(blank[1], 8))


def _text(file: Path) -> str:
    """A loop device without a file, or one that ends while we look, tells nothing."""
    try:
        return file.read_text().strip()
    except OSError:
        return ""


def block_number(path: str) -> str:
    """Of a block device, like 8:1; empty where it is none."""
    try:
        found = Path(path).stat()
    except OSError:
        return ""
    if not stat.S_ISBLK(found.st_mode):
        return ""
    return f"{os.major(found.st_rdev)}:{os.minor(found.st_rdev)}"
