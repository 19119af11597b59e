"""Opens what the appliance asks for, once the operator has said yes: a container that was taken over cannot."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Final

from host import stack
from host.destinations import Outside, destination, listed, outside, write
from host.ending import Failed, Refused
from host.folders import Folder
from host.services import USERS
from host.stack import Stack

_MOST: Final = 1_000


def arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--yes", action="store_true", help="open what is new without asking")
    stack.arguments(command)


def run(options: argparse.Namespace) -> None:
    running = Stack(options)
    ways = outside(running.configuration)
    wanted = {**asked_for(running), **dict.fromkeys(ways.also, "configuration of the host")}
    before = listed(running.data)
    opened, closed = sorted(wanted.keys() - before), sorted(before - wanted.keys())
    for one in opened:
        print(f"  open   {one}    {wanted[one]}")
    for one in closed:
        print(f"  close  {one}    nothing leads there any more")
    if any(one not in ways.also for one in opened) and not options.yes:
        confirm()
    folder = Folder(running.data / "secrets" / "egress", USERS["egress"])
    write(running.data, folder, wanted, ways)
    reload(running)
    if opened:
        try_again(running)
    print(f"Open are {len(wanted)} destinations; see {running.data}/egress/destinations.")


def asked_for(running: Stack) -> dict[str, str]:
    """Where the configuration inside leads to, each with the reason; what comes from inside is never trusted."""
    said = running.execute("web", "python", "manage.py", "destinations")
    try:
        found = json.loads(said)
        pairs = [(str(one["destination"]), ", ".join(map(str, one["because"]))) for one in found]
    except (ValueError, KeyError, TypeError):
        raise Refused("web does not tell its destinations: docker compose logs web") from None
    if len(pairs) > _MOST:
        raise Refused(f"web asks for {len(pairs)} destinations, more than {_MOST}.")
    return {destination(place): printable(why) for place, why in pairs}


def printable(text: str) -> str:
    """Nothing that a terminal would take for more than text."""
    return "".join(one if one.isprintable() else "?" for one in text)[:200]


def confirm() -> None:
    if not sys.stdin.isatty():
        raise Refused("something new is to be opened: look at it, and run this again with --yes.")
    if input("Open what is new? [y/N] ").strip().lower() not in ("y", "yes"):
        raise Refused("nothing was opened or closed.")


def reload(running: Stack) -> None:
    """What is open from now on. Raises Failed."""
    try:
        running.compose("kill", "--signal", "HUP", "egress")
        time.sleep(1)
        running.execute("egress", "healthy")
    except Refused as refused:
        raise Failed(
            f"the list is written, and egress does not answer ({refused}). It takes the list when it starts: "
            "docker compose up --detach egress; docker compose logs egress tells what keeps it."
        ) from None


def try_again(running: Stack) -> None:
    """What waited for the way, now and not at the next full hour."""
    try:
        running.execute("web", "python", "manage.py", "connection", "check", "--failing")
    except Refused as refused:
        print(f"Connections that waited are tried within the hour; not now: {refused}")


def keep(data: Path, folder: Folder, ways: Outside) -> None:
    """What is open stays so, and what the host itself is configured to reach is opened."""
    write(data, folder, listed(data) | ways.also, ways)
