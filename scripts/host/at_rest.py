"""Whether what is written to a path is encrypted before it reaches a disk. Pure: `disks` gathers the facts.

Only what the kernel itself tells is believed. What encrypts below this machine, a hypervisor or a storage system, is
not to be seen from here: such a path is `plain`, or `unknown`, until somebody attests to it.
"""

from __future__ import annotations

from typing import Callable, Final, Iterable, Mapping, NamedTuple

ENCRYPTED: Final = "encrypted"
MEMORY: Final = "memory"
PLAIN: Final = "plain"
UNKNOWN: Final = "unknown"
GOOD: Final = frozenset({ENCRYPTED, MEMORY})


class Verdict(NamedTuple):
    state: str
    """ENCRYPTED, MEMORY, PLAIN or UNKNOWN."""
    how: str
    """By what it is encrypted, or why not; for people."""

    @property
    def good(self) -> bool:
        return self.state in GOOD


class Mount(NamedTuple):
    """A line of /proc/self/mountinfo."""

    point: str
    number: str
    """Of its device, "8:1"; "0:…" where no single device stands behind it."""
    kind: str
    source: str
    options: str
    """Those of the file system itself."""


class Device(NamedTuple):
    """A folder of /sys/dev/block."""

    name: str
    mapped: str = ""
    """What device mapper calls it (dm/uuid), "LVM-…" or "CRYPT-LUKS2-…"; empty: it is none of its."""
    below: tuple[str, ...] = ()
    """Numbers of what it is made of: disks of a RAID, volumes below a mapping, the disk of a partition."""
    file: str = ""
    """What a loop device reads and writes."""


class Facts(NamedTuple):
    mount_of: Callable[[str], Mount | None]
    """What a path stands on."""
    devices: Mapping[str, Device]
    """By number."""
    devices_of: Callable[[Mount], tuple[str, ...]]
    """Numbers of the devices that a mount writes to; none where it has no block device."""


class Swap(NamedTuple):
    """A line of /proc/swaps."""

    path: str
    number: str
    """Of its device; empty: it is a file."""


_NETWORK: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "9p", "virtiofs"})
_STACKED: Final = {"fuse.gocryptfs": "gocryptfs", "ecryptfs": "eCryptfs"}
# dm-verity and dm-integrity are named CRYPT- as well, and encrypt nothing: what is below them counts.
_CRYPTED: Final = {
    "CRYPT-LUKS2-": "LUKS2",
    "CRYPT-LUKS1-": "LUKS1",
    "CRYPT-PLAIN-": "dm-crypt",
    "CRYPT-BITLK-": "BitLocker by dm-crypt",
}
_DEEPEST: Final = 16


def judge(path: str, facts: Facts, depth: int = 0) -> Verdict:
    mount = facts.mount_of(path)
    if mount is None:
        return Verdict(UNKNOWN, "the kernel names no mount for it")
    if mount.kind == "overlay":
        return _overlay(mount, facts, depth)
    told = _told_by_kind(mount)
    if told:
        return told
    numbers = facts.devices_of(mount)
    if not numbers:
        return Verdict(UNKNOWN, f"{mount.kind} at {mount.point}: no block device is behind it")
    return _weakest(_device(number, facts, depth) for number in numbers)


def _told_by_kind(mount: Mount) -> Verdict | None:
    if mount.kind in ("tmpfs", "ramfs"):
        return Verdict(MEMORY, f"{mount.kind} at {mount.point}")
    if mount.kind in _STACKED:
        return Verdict(ENCRYPTED, f"{_STACKED[mount.kind]} at {mount.point}")
    if mount.kind in _NETWORK or mount.kind.startswith("fuse."):
        return Verdict(UNKNOWN, f"{mount.kind} at {mount.point}: its other end is not to be seen")
    return None


def judge_swap(swaps: list[Swap], facts: Facts) -> Verdict:
    """What is in memory may reach a disk by it, keys too."""
    if not swaps:
        return Verdict(MEMORY, "there is none")
    return _weakest(_swap(swap, facts) for swap in swaps)


def _swap(swap: Swap, facts: Facts) -> Verdict:
    found = _device(swap.number, facts, 0) if swap.number else judge(swap.path, facts)
    return Verdict(found.state, f"{swap.path}: {found.how}")


def _overlay(mount: Mount, facts: Facts, depth: int) -> Verdict:
    upper = [word[9:] for word in mount.options.split(",") if word.startswith("upperdir=")]
    if not upper or depth >= _DEEPEST:
        return Verdict(UNKNOWN, f"overlay at {mount.point}: its upper folder is not to be seen")
    return judge(upper[0], facts, depth + 1)


def _device(number: str, facts: Facts, depth: int) -> Verdict:
    device = facts.devices.get(number)
    if device is None or depth >= _DEEPEST:
        return Verdict(UNKNOWN, f"device {number} is not to be seen")
    told = _told_by_itself(device)
    if told:
        return told
    if device.file:
        return judge(device.file, facts, depth + 1)
    if device.below:
        return _weakest(_device(below, facts, depth + 1) for below in device.below)
    if device.mapped:
        return Verdict(UNKNOWN, f"{device.name} ({device.mapped[:16]}) shows nothing below it")
    return Verdict(PLAIN, f"{device.name} is not encrypted by this machine")


def _told_by_itself(device: Device) -> Verdict | None:
    for beginning, cipher in _CRYPTED.items():
        if device.mapped.startswith(beginning):
            return Verdict(ENCRYPTED, f"{cipher} on {device.name}")
    if device.name.startswith("zram"):
        return Verdict(MEMORY, f"{device.name}, compressed memory")
    return None


_ORDER: Final = (PLAIN, UNKNOWN, ENCRYPTED, MEMORY)


def _weakest(verdicts: Iterable[Verdict]) -> Verdict:
    """One disk of a RAID that is not encrypted is enough."""
    return min(verdicts, key=lambda verdict: _ORDER.index(verdict.state))
