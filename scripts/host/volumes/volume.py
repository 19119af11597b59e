"""The volume of this installation: what it is made of and where it is mounted, kept in one file apart from the data."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final, NamedTuple

from host.disks import mount_at
from host.ending import Failed, Refused
from host.programs import run
from host.volumes import gocryptfs, luks

LUKS2: Final = "LUKS2"
GOCRYPTFS: Final = "gocryptfs"
_NAME: Final = "plumbline"


class Volume(NamedTuple):
    kind: str
    source: Path
    """A device, or the folder of encrypted files."""
    uuid: str
    """Of a device, whose name may be another one after the next start."""
    at: Path


def of_kind(source: Path) -> str:
    """A folder, or a name that is nothing yet, is for gocryptfs; everything else is a device."""
    return GOCRYPTFS if source.is_dir() or not source.exists() else LUKS2


def known(file: Path) -> Volume:
    try:
        told = json.loads(file.read_text())
    except FileNotFoundError:
        raise Refused(f"no volume was created: {file} is missing.") from None
    return Volume(told["kind"], Path(told["source"]), told["uuid"], Path(told["at"]))


def keep(file: Path, volume: Volume) -> None:
    file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    text = json.dumps({name: str(value) for name, value in volume._asdict().items()}, indent=1)
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(text + "\n")
    fresh.rename(file)


def is_open(volume: Volume) -> bool:
    mount = mount_at(volume.at)
    return mount is not None and mount.kind != "autofs"


def may_create(source: Path, at: Path) -> None:
    """What can be known before anybody is asked for a passphrase, or a key file is made. Raises Refused."""
    if mount_at(at):
        raise Refused(f"something is mounted at {at} already.")
    if at.exists() and any(at.iterdir()):
        raise Refused(f"{at} is not empty: choose a new folder, then move the data there.")
    if of_kind(source) == LUKS2:
        luks.need_device_mapper()


def create(source: Path, at: Path, secret: bytes, erase: Path | None) -> Volume:
    """Make and open it. Raises Refused before anything was changed, Failed after."""
    may_create(source, at)
    if of_kind(source) == GOCRYPTFS:
        gocryptfs.make(source, secret)
        made = Volume(GOCRYPTFS, source.resolve(), "", at.resolve())
    else:
        luks.format_device(source, secret, erase=erase)
        made = Volume(LUKS2, source.resolve(), luks.uuid(source), at.resolve())
    try:
        if made.kind == LUKS2:
            run("mkfs.ext4", "-q", luks.open_device(source, secret, _NAME))
            luks.close_device(_NAME)
        open_volume(made, secret)
    except Refused as refused:
        raise Failed(f"{source} is encrypted now, and could not be opened: {refused}") from None
    return made


def open_volume(volume: Volume, secret: bytes) -> None:
    volume.at.mkdir(mode=0o711, parents=True, exist_ok=True)
    if volume.kind == GOCRYPTFS:
        gocryptfs.mount(volume.source, volume.at, secret)
        # The root of what is encrypted belongs to it, and not to the folder below the mount.
        volume.at.chmod(0o711)
        return
    mapped = luks.open_device(device_of(volume), secret, _NAME)
    try:
        run("mount", "-o", "nodev,nosuid,noexec", mapped, volume.at)
        volume.at.chmod(0o711)
    except Refused:
        luks.close_device(_NAME)
        raise


def close_volume(volume: Volume) -> None:
    """Raises Refused while anything uses it."""
    os.sync()
    if volume.kind == GOCRYPTFS:
        gocryptfs.unmount(volume.at)
        return
    run("umount", volume.at)
    luks.close_device(_NAME)


def device_of(volume: Volume) -> Path:
    found = Path("/dev/disk/by-uuid") / volume.uuid
    device = found if found.exists() else volume.source
    if not device.exists():
        raise Refused(f"{volume.source} (UUID {volume.uuid}) is not there.")
    if luks.uuid(device) != volume.uuid:
        raise Refused(f"{device} is another volume than the one that was created here.")
    return device
