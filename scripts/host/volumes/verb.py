"""The verb `volumes`: its own verbs below it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Callable, Final, NamedTuple

from host.environment import PROJECT
from host.volumes import acts, status


class _Act(NamedTuple):
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int | None]


ACTS: Final = {
    "create": _Act("encrypt a device or a folder, and open it", acts.create_arguments, acts.create),
    "open": _Act("open the volume, as after each start", acts.open_arguments, acts.open_),
    "close": _Act("close the volume", acts.close_arguments, acts.close),
    "rekey": _Act("add, remove or change what opens it", acts.rekey_arguments, acts.rekey),
    "status": _Act("tell what everything that is written stands on", status.arguments, status.run),
    "attest": _Act(
        "answer for encryption that cannot be seen from here",
        status.attest_arguments,
        status.attest,
    ),
}


def arguments(command: argparse.ArgumentParser) -> None:
    acts = command.add_subparsers(dest="act", required=True, metavar="ACT")
    for name, act in ACTS.items():
        own = acts.add_parser(name, help=act.help, description=act.help)
        own.add_argument("--env-file", type=Path, default=PROJECT / ".env", help=argparse.SUPPRESS)
        act.arguments(own)


def run(options: argparse.Namespace) -> int | None:
    return ACTS[options.act].run(options)
