"""Shows that the way out is what the list says: what is listed is reached, and nothing else, whichever way it goes."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any, Final, Mapping, NamedTuple, Sequence

from host import configuration
from host.composition import Composition, installed
from host.destinations import listed
from host.egress import composed, inside
from host.ending import AMISS, DONE, Refused

ASKS: Final = ("web", "worker", "sealer")
"""Services that share a network with the proxy; it does not tell them apart."""
OTHERS: Final = ("beat", "postgres", "valkey")
UNLISTED: Final = ("unlisted.invalid:443", "169.254.169.254:80")
_NOWHERE: Final = "198.51.100.1"
"""Of a network that is kept for documents: tried where nothing that is listed has an address."""

# Runs in a container, by what its Python has.
PROBE: Final = """
import json, socket
from concurrent.futures import ThreadPoolExecutor
def through(place):
    try:
        with socket.create_connection(("egress", 3128), 15) as proxy:
            proxy.sendall(f"CONNECT {place} HTTP/1.1\\r\\nHost: {place}\\r\\n\\r\\n".encode())
            return proxy.recv(100).split()[1].decode()
    except (OSError, IndexError):
        return "no answer"
def straight(place):
    try:
        socket.create_connection(tuple(place), 3).close()
    except OSError:
        return False
    return True
def known(name):
    try:
        return bool(socket.getaddrinfo(name, None))
    except OSError:
        return False
with ThreadPoolExecutor(16) as pool:
    print(json.dumps({
        "through": dict(zip(PLACES, pool.map(through, PLACES))),
        "straight": any(list(pool.map(straight, ADDRESSES))),
        "known": any(list(pool.map(known, NAMES))),
    }))
"""


class Row(NamedTuple):
    what: str
    found: Mapping[str, str]
    """By service, in one word."""
    expected: str

    @property
    def is_fine(self) -> bool:
        return all(word == self.expected for word in self.found.values())


def arguments(command: argparse.ArgumentParser) -> None:
    composed(command)


def run(options: argparse.Namespace) -> int:
    places, rows = looked_at(installed(options.env_file), configuration.load(options.config).data)
    print(table(rows))
    if all(row.is_fine for row in rows):
        print(f"The way out is as it should be: {len(places)} destinations, and nothing else.")
        return DONE
    print("The way out is not as it should be where a line begins with !")
    return AMISS


def looked_at(running: Composition, data: Path) -> tuple[list[str], list[Row]]:
    """What is listed, and what became of each try. Raises Refused where a service does not answer."""
    places = sorted(listed(data))
    names = [
        place.rpartition(":")[0] for place in places if re.search("[a-z]", place.rpartition(":")[0])
    ]
    addresses = addresses_of(running, places)
    found = {service: probe(running, service, places, addresses, names) for service in ASKS}
    known = {name: knows(running, name, names[:1]) for name in ("nginx", *OTHERS)}
    return places, judged(places, found, known)


def addresses_of(running: Composition, places: Sequence[str]) -> list[tuple[str, int]]:
    """Where what is listed stands, as the proxy knows it: nobody else could tell."""
    found = []
    for host, port in (place.rsplit(":", 1) for place in places):
        try:
            said = inside(running, "egress", "getent", "ahosts", host.strip("[]")).decode()
        except Refused:
            continue  # its line of the table tells that it is not reached
        found += [(line.split()[0], int(port)) for line in said.splitlines()[:1]]
    return found or [(_NOWHERE, 443)]


def probe(
    running: Composition,
    service: str,
    places: Sequence[str],
    addresses: Sequence[tuple[str, int]],
    names: Sequence[str],
) -> dict[str, Any]:
    given = f"PLACES = {[*places, *UNLISTED]!r}\nADDRESSES = {list(addresses)!r}\nNAMES = {list(names)!r}\n"
    said = inside(running, service, "python", "-", stdin=(given + PROBE).encode())
    found: dict[str, Any] = json.loads(said)
    return found


def knows(running: Composition, service: str, names: Sequence[str]) -> bool:
    """Whether any name of outside is known there."""
    for name in names:
        try:
            inside(running, service, "getent", "hosts", name)
        except Refused:
            continue
        return True
    return False


def judged(
    places: Sequence[str],
    found: Mapping[str, Mapping[str, Any]],
    known: Mapping[str, bool],
) -> list[Row]:
    """What was found, in words, beside what there should be."""

    def row(what: str, expected: str, of: str) -> Row:
        words = {
            service: _THROUGH.get(one["through"].get(of), "failed")
            for service, one in found.items()
        }
        return Row(what, words, expected)

    def closed(what: str, is_open: Mapping[str, bool]) -> Row:
        return Row(
            what, {name: "open" if one else "closed" for name, one in is_open.items()}, "closed"
        )

    return [
        *(row(place, "reached", place) for place in places),
        *(row(f"not listed: {place}", "refused", place) for place in UNLISTED),
        closed(
            "without the proxy, by address", {name: one["straight"] for name, one in found.items()}
        ),
        closed(
            "names of outside", {**{name: one["known"] for name, one in found.items()}, **known}
        ),
    ]


_THROUGH: Final = {"200": "reached", "403": "refused"}


def table(rows: Sequence[Row]) -> str:
    services = list(dict.fromkeys(name for row in rows for name in row.found))
    width = max(len(row.what) for row in rows)
    lines = [f"  {'':{width}}  " + "  ".join(f"{name:8}" for name in services)]
    for row in rows:
        cells = "  ".join(f"{row.found.get(name, ''):8}" for name in services)
        lines.append(f"{' ' if row.is_fine else '!'} {row.what:{width}}  {cells}".rstrip())
    return "\n".join(lines)
