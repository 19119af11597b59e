"""`scripts/appliance maintenance`: announce that Plumbline closes, close it for all but some, open it again."""

from __future__ import annotations

import argparse
import ipaddress
from datetime import datetime
from typing import Final, Sequence

from host.composition import environment_argument, installed
from host.ending import plain

MESSAGE_LENGTH: Final = 500
WITHIN: Final = ("run", "--rm", "-T", "--no-deps", "migrate", "python", "manage.py", "maintenance")
"""Web reads what is said, and the owner of the tables alone may say it."""


def arguments(command: argparse.ArgumentParser) -> None:
    environment_argument(command)
    acts = command.add_subparsers(dest="act", required=True, metavar="on | off | status")
    on = acts.add_parser("on", help="announce it, or change what was announced")
    on.add_argument("--message", type=message, help="what everybody reads, with nobody's name")
    on.add_argument(
        "--allow",
        type=network,
        action="append",
        default=[],
        metavar="NETWORK",
        help="an address or network that is let in meanwhile; again for each",
    )
    on.add_argument(
        "--at",
        type=moment,
        metavar="TIME",
        help="when it closes, as 2026-08-01T22:00, in this machine's zone or with one; else at once",
    )
    acts.add_parser("off", help="open it again")
    acts.add_parser("status", help="tell how it is")


def run(options: argparse.Namespace) -> None:
    told = installed(options.env_file)(*WITHIN, *orders(options))
    print(plain(told.decode(errors="replace").strip()))


def orders(options: argparse.Namespace) -> Sequence[str]:
    """What the command within is told."""
    if options.act != "on":
        return [options.act]
    said = [f"--message={options.message}"] if options.message else []
    said += [f"--allow={one}" for one in options.allow]
    return ["on", *said, *([f"--at={options.at.isoformat()}"] if options.at else [])]


def message(text: str) -> str:
    if not text.strip() or len(text) > MESSAGE_LENGTH:
        raise argparse.ArgumentTypeError(f"must have 1 to {MESSAGE_LENGTH} characters")
    return text.strip()


def network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}; write networks like 10.20.0.0/16") from None


def moment(text: str) -> datetime:
    try:
        # Python 3.9 does not know Z.
        found = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no time like 2026-08-01T22:00") from None
    found = found.astimezone()
    if found < datetime.now().astimezone():
        raise argparse.ArgumentTypeError(f"{text} has passed; leave it out to close at once")
    return found
