"""The services of compose.yaml: their numeric users, and who signs in where."""

from __future__ import annotations

from typing import Final

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
