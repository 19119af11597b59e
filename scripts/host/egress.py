"""Opens what the appliance asks for, once the operator has said yes: a container that was taken over cannot."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Final, FrozenSet, Mapping, NamedTuple

from host import configuration
from host.composition import Composition, environment_argument, installed
from host.configuration import Configuration
from host.destinations import Outside, destination, listed, outside, write
from host.ending import Failed, Refused, plain
from host.folders import Folder
from host.services import USERS

_MOST: Final = 1_000


def arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--yes", action="store_true", help="open what is new without asking")
    composed(command)


def run(options: argparse.Namespace) -> None:
    found, running = configuration.load(options.config), installed(options.env_file)
    asked = change(found, running)
    asked.show()
    if asked.new and not options.yes:
        confirm()
    carry_out(asked, found, running)
    print(f"Open are {len(asked.wanted)} destinations; see {found.data}/egress/destinations.")


class Change(NamedTuple):
    """From what is open to what is asked for."""

    wanted: Mapping[str, str]
    """Each destination with the reason."""
    before: FrozenSet[str]
    ways: Outside

    @property
    def opened(self) -> list[str]:
        return sorted(self.wanted.keys() - self.before)

    @property
    def new(self) -> list[str]:
        """Those to open that the services ask for, and not the host itself: somebody must agree."""
        return [one for one in self.opened if one not in self.ways.also]

    @property
    def agreed(self) -> Change:
        """Without what somebody must agree to first."""
        kept = {one: why for one, why in self.wanted.items() if one not in self.new}
        return self._replace(wanted=kept)

    def show(self) -> None:
        for one in self.opened:
            print(f"  open   {one}    {self.wanted[one]}")
        for one in sorted(self.before - self.wanted.keys()):
            print(f"  close  {one}    nothing leads there any more")


def change(found: Configuration, running: Composition) -> Change:
    ways = outside(found)
    also = dict.fromkeys(ways.also, "configuration of the host")
    return Change({**asked_for(running), **also}, listed(found.data), ways)


def carry_out(asked: Change, found: Configuration, running: Composition) -> None:
    folder = Folder(found.keys / "egress", USERS["egress"])
    write(found.data, folder, asked.wanted, asked.ways)
    reload(running)
    if asked.opened:
        try_again(running)


def composed(command: argparse.ArgumentParser) -> None:
    """The options of a verb that asks the running stack."""
    configuration.argument(command)
    environment_argument(command)


def inside(running: Composition, service: str, *words: str, stdin: bytes = b"") -> bytes:
    """What a command wrote that ran in a service's container. Raises Refused."""
    return running("exec", "-T", service, *words, stdin=stdin)


def asked_for(running: Composition) -> dict[str, str]:
    """Where the configuration inside leads to, each with the reason; what comes from inside is never trusted."""
    said = inside(running, "web", "python", "manage.py", "destinations")
    try:
        found = json.loads(said)
        pairs = [(str(one["destination"]), ", ".join(map(str, one["because"]))) for one in found]
    except (ValueError, KeyError, TypeError):
        raise Refused("web does not tell its destinations: docker compose logs web") from None
    if len(pairs) > _MOST:
        raise Refused(f"web asks for {len(pairs)} destinations, more than {_MOST}.")
    # One line each: a second one could look like another destination.
    return {destination(place): plain(why).replace("\n", "?")[:200] for place, why in pairs}


def confirm() -> None:
    if not sys.stdin.isatty():
        raise Refused("something new is to be opened: look at it, and run this again with --yes.")
    if input("Open what is new? [y/N] ").strip().lower() not in ("y", "yes"):
        raise Refused("nothing was opened or closed.")


def reload(running: Composition) -> None:
    """What is open from now on. Raises Failed."""
    try:
        running("kill", "--signal", "HUP", "egress")
        time.sleep(1)
        inside(running, "egress", "healthy")
    except Refused as refused:
        raise Failed(
            f"the list is written, and egress does not answer ({refused}). It takes the list when it starts: "
            "docker compose up --detach egress; docker compose logs egress tells what keeps it."
        ) from None


def try_again(running: Composition) -> None:
    """What waited for the way, now and not at the next full hour."""
    try:
        inside(running, "web", "python", "manage.py", "connection", "check", "--failing")
    except Refused as refused:
        print(plain(f"Connections that waited are tried within the hour; not now: {refused}"))


def keep(data: Path, folder: Folder, ways: Outside) -> None:
    """What is open stays so, and what the host itself is configured to reach is opened."""
    write(data, folder, listed(data) | ways.also, ways)
