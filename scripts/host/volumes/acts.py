"""`volumes create`, `open`, `close` and `rekey`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from host.ending import DONE, Refused
from host.volumes import gocryptfs, luks, secret, status, volume

KEPT: Final = Path("/etc/plumbline/volume.json")


def create_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "source", type=Path, help="a device for LUKS2, or a new folder for gocryptfs"
    )
    command.add_argument(
        "--at",
        type=Path,
        metavar="FOLDER",
        default=Path("/var/lib/plumbline"),
        help="where it is mounted (/var/lib/plumbline)",
    )
    command.add_argument(
        "--yes-erase",
        type=Path,
        metavar="DEVICE",
        help="lose what the device holds: its name once more",
    )
    _key_and_header(command)


def open_arguments(command: argparse.ArgumentParser) -> None:
    secret.argument(command)
    status.arguments(command)
    _kept(command)


def close_arguments(command: argparse.ArgumentParser) -> None:
    _kept(command)


def rekey_arguments(command: argparse.ArgumentParser) -> None:
    way = command.add_mutually_exclusive_group()
    way.add_argument("--add", action="store_true", help="a second key opens it as well (LUKS2)")
    way.add_argument(
        "--remove", action="store_true", help="the present key opens it no longer (LUKS2)"
    )
    secret.argument(command, "--new-key-file", "the new ")
    _key_and_header(command)


def create(options: argparse.Namespace) -> int:
    if options.volume.exists():
        raise Refused(f"{options.volume} tells of a volume already; this installation has one.")
    if options.header_backup and options.header_backup.exists():
        raise Refused(f"{options.header_backup} is there already.")
    if not options.source.exists() and options.source.parts[:2] == ("/", "dev"):
        raise Refused(f"{options.source} is no device of this machine.")
    volume.may_create(options.source, options.at)
    made = volume.create(
        options.source, options.at, secret.new(options.key_file), options.yes_erase
    )
    volume.keep(options.volume, made)
    print(f"{made.kind} on {made.source}, open at {made.at}.")
    _header(made, options.header_backup)
    print(f"Next: scripts/appliance install --data {made.at} …")
    return DONE


def open_(options: argparse.Namespace) -> int:
    found = volume.known(options.volume)
    if volume.is_open(found):
        print(f"Already open at {found.at}.")
    else:
        volume.open_volume(found, secret.present(options.key_file))
        print(f"Open at {found.at}.")
    if not options.config.exists():
        return DONE
    # Services believe what was judged since the machine started.
    return status.run(options)


def close(options: argparse.Namespace) -> int:
    found = volume.known(options.volume)
    if not volume.is_open(found):
        print("It is not open.")
        return DONE
    try:
        volume.close_volume(found)
    except Refused as refused:
        raise Refused(f"{found.at} is in use; docker compose down, then again. {refused}") from None
    print(f"Closed; nothing below {found.at} can be read now.")
    return DONE


def rekey(options: argparse.Namespace) -> int:
    found = volume.known(options.volume)
    present = secret.present(options.key_file)
    if found.kind == volume.GOCRYPTFS:
        if options.add or options.remove:
            raise Refused(
                "gocryptfs has one key, which can be changed: leave out --add and --remove."
            )
        gocryptfs.change_key(found.source, present, secret.new(options.new_key_file))
        print(
            "Changed: the former key opens it no longer. Copies of gocryptfs.conf keep the former one."
        )
        return DONE
    device = volume.device_of(found)
    if options.remove:
        luks.remove_key(device, present)
    elif options.add:
        luks.add_key(device, present, secret.new(options.new_key_file))
    else:
        luks.change_key(device, present, secret.new(options.new_key_file))
    print(f"Key slots in use: {', '.join(map(str, luks.slots(device)))}.")
    _header(found, options.header_backup)
    return DONE


def _header(found: volume.Volume, file: Path | None) -> None:
    if found.kind == volume.GOCRYPTFS:
        print(
            f"Keep a copy of {found.source}/gocryptfs.conf apart: without it no key opens anything."
        )
    elif file:
        luks.back_up_header(volume.device_of(found), file)
        print(
            f"The header is in {file}: keep it where neither data nor keys are, and destroy older ones."
        )
    else:
        print(
            "Without its header no key opens the volume: --header-backup FILE keeps a copy of it."
        )


def _key_and_header(command: argparse.ArgumentParser) -> None:
    secret.argument(command)
    command.add_argument(
        "--header-backup", type=Path, metavar="FILE", help="copy LUKS2's header there"
    )
    _kept(command)


def _kept(command: argparse.ArgumentParser) -> None:
    command.add_argument("--volume", type=Path, default=KEPT, help=argparse.SUPPRESS)
