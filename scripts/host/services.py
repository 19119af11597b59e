"""The services of compose.yaml: their numeric users, who signs in where, and how each of them is."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from host.composition import Composition

# Compose ignores the owner and mode asked for file secrets, so they are set here.
USERS: Final = {
    "nginx": 10101,
    "web": 10102,
    "worker": 10103,
    "beat": 10104,
    "migrate": 10105,
    "postgres": 10106,
    "valkey": 10107,
    "sealer": 10108,
    "egress": 10109,
    "backup": 10110,
    "drill": 10111,
    "drill-database": 10112,
}
HOSTS_OWN: Final = ("host", "host/former", "host/backup")
"""Folders of keys that no service has: root alone reads them."""

DATABASE_ROLES: Final = ("migrate", "web", "worker", "beat", "sealer", "backup")
BROKER_USERS: Final = ("web", "worker", "beat")

ONCE: Final = "migrate"
"""Runs to its end at each start."""
MISSING: Final = "missing"


class Service(NamedTuple):
    name: str
    state: str
    """Of its container, as Docker has it; or MISSING."""
    health: str
    image: str
    exit_code: int

    @property
    def well(self) -> bool:
        if self.name == ONCE:
            return self.state == "exited" and self.exit_code == 0
        return self.state == "running" and self.health in ("healthy", "")


def look(composition: Composition) -> list[Service]:
    """Those that have a container, and below them those that should have one. Raises Refused."""
    found = listed(composition("ps", "--all", "--format", "json").decode())
    missing = {*composition.services(), ONCE} - {service.name for service in found}
    return found + [Service(name, MISSING, "", "", 0) for name in sorted(missing)]


def listed(said: str) -> list[Service]:
    """From `docker compose ps --format json`: one array to 2.20, an object a line from 2.21 on."""
    told: list[dict[str, Any]] = []
    for line in said.splitlines():
        read = json.loads(line) if line.strip() else []
        told += read if isinstance(read, list) else [read]
    return sorted(
        Service(
            one["Service"],
            one["State"],
            one.get("Health") or "",
            one.get("Image") or "",
            int(one.get("ExitCode") or 0),
        )
        for one in told
    )
