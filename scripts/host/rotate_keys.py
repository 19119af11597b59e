"""`rotate-keys`: another key-encryption key while everything runs; nothing is restarted.

Services read their keys when they use them. So the present key is first kept as the former one, which opens and
closes nothing more; the new one takes its place; the service that holds both moves what is stored, in batches; and
once nothing more can arrive under the former key it is put away. It can be stopped at any point: the files tell how
far it came.
"""

from __future__ import annotations

import argparse
import secrets
import time
from hashlib import sha256
from pathlib import Path
from typing import Callable, Final, NamedTuple

from host import configuration, programs
from host.composition import by_root, environment_argument
from host.ending import DONE, Failed, Refused
from host.environment import PROJECT
from host.folders import Folder
from host.programs import openssl
from host.services import USERS

GRACE_SECONDS: Final = 90
"""A request may have begun with the former key, and lasts a minute at most."""
_PASSES: Final = 40


class Target(NamedTuple):
    service: str
    file: str
    new: Callable[[], bytes]
    act: str
    """Of `manage.py keys`, in that service's container."""


TARGETS: Final = {
    "web": Target("web", "web_key", lambda: secrets.token_bytes(32).hex().encode(), "rewrap"),
    "worker": Target(
        "worker", "worker_private_key", lambda: openssl("genpkey", "-algorithm", "X25519"), "reseal"
    ),
}


def arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "target",
        nargs="*",
        metavar="web | worker",
        help="web: secrets that web verifies with; worker: credentials of outside systems; both where none is named",
    )
    command.add_argument(
        "--grace", type=int, default=GRACE_SECONDS, metavar="SECONDS", help=argparse.SUPPRESS
    )
    environment_argument(command)
    configuration.argument(command)


def run(options: argparse.Namespace) -> int:
    unknown = sorted(set(options.target) - set(TARGETS))
    if unknown:
        raise Refused(f"{', '.join(unknown)} is none of: {', '.join(TARGETS)}.")
    keys = configuration.load(options.config).keys
    by_root(options.env_file)
    for name in options.target or TARGETS:
        target = TARGETS[name]

        def move(target: Target = target) -> int:
            return _in_container(options.env_file, target)

        rotate(target, keys, move, grace=options.grace)
        print(f"{name}: everything is under the new key; the former one is in {keys}/host/former.")
    print("Delete it there once no backup is left that was made under it.")
    return DONE


def rotate(target: Target, keys: Path, move: Callable[[], int], *, grace: int) -> None:
    """`move` brings what is stored under the present key, and returns how many it moved. Raises Refused, Failed."""
    folder = Folder(keys / target.service, USERS[target.service])
    begin(target, folder, keys)
    try:
        _move_all(folder.path / target.file, move, grace)
    except Refused as refused:
        raise Failed(
            f"{refused}\nBoth keys are in force and nothing is lost; run rotate-keys again once that is put right."
        ) from None
    put_away(target, folder, keys)


def begin(target: Target, folder: Folder, keys: Path) -> None:
    """Both keys in place; nothing where a former run came as far."""
    present, former = folder.path / target.file, folder.path / f"{target.file}_former"
    if not present.exists():
        raise Refused(f"{present} is missing: put it back from its copy, or what it opens is lost.")
    if not former.exists():
        folder.write(former.name, present.read_bytes())
    if former.read_bytes() == present.read_bytes():
        folder.write(target.file, target.new())
    if target.service == "worker":
        # Web seals to the new one from here on; what it sealed before is opened by the former.
        public = openssl("pkey", "-pubout", stdin=present.read_bytes())
        Folder(keys / "web", USERS["web"]).write("worker_public_key", public)


def put_away(target: Target, folder: Folder, keys: Path) -> None:
    """Where root alone reads: a backup that was made under it may be restored one day."""
    former = folder.path / f"{target.file}_former"
    content = former.read_bytes()
    Folder(keys / "host", 0)
    kept = Folder(keys / "host" / "former", 0)
    kept.write(f"{target.file}-{sha256(content).hexdigest()[:12]}", content)
    former.unlink()


def _move_all(present: Path, move: Callable[[], int], grace: int) -> None:
    """Until a pass that began after the grace finds nothing more."""
    for _ in range(_PASSES):
        late = time.time() >= present.stat().st_mtime + grace
        if not move() and late:
            return
        if not late:
            time.sleep(max(0.0, min(5.0, present.stat().st_mtime + grace - time.time())))
    raise Refused("secrets keep arriving under the former key: is an old version still running?")


def _in_container(env_file: Path, target: Target) -> int:
    compose = ("docker", "compose", "--env-file", env_file, "--file", PROJECT / "compose.yaml")
    command = ("python", "manage.py", "keys", target.act)
    return int(programs.run(*compose, "exec", "-T", target.service, *command).split()[-1])
