"""What the host is asked besides door and containers: secrets' files, disks, ways out, services, clock, backups."""

from __future__ import annotations

import json
import os
import stat
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final, Mapping, NamedTuple, Optional, Sequence

from host.backup import backup_place
from host.backup_keys import Keys, folder_of
from host.composition import Composition
from host.egress import inside
from host.egress_test import Row, looked_at
from host.ending import Refused
from host.facts import secrets_amiss
from host.services import HOSTS_OWN
from host.statements import Statement, verified
from host.volumes.judgement import Judgement
from host.volumes.status import known
from host.volumes.status import look as look_at_volumes

# Runs in web's container, by what its Python has. What is right is tried as well: a server that is away refuses, too.
STRANGERS: Final = """
import json, os, socket
from pathlib import Path
import psycopg, redis
def secret(name):
    return Path("/run/secrets", name).read_text().strip()
base = {"host": "postgres", "dbname": "plumbline", "user": "web", "password": secret("database_password"),
        "connect_timeout": 5, "sslmode": "verify-full", "sslrootcert": "/run/secrets/internal_ca.pem"}
def database(**changes):
    try:
        psycopg.connect(**(base | changes)).close()
    except psycopg.OperationalError:
        return "refused"
    return "let in"
known = {"host": "valkey", "ssl": True, "ssl_ca_certs": "/run/secrets/internal_ca.pem",
         "username": "web", "password": secret("broker_password"), "socket_timeout": 5}
def broker(**changes):
    try:
        redis.Redis(**(known | changes)).ping()
    except (redis.RedisError, OSError):
        return "refused"
    return "let in"
def plain_broker():
    try:
        with socket.create_connection(("valkey", 6379), 5) as raw:
            raw.sendall(b"PING\\r\\n")
            # Whatever it says in its own protocol, a refusal too: it was said without TLS.
            return "let in" if raw.recv(100)[:1] in (b"+", b"-", b"$") else "refused"
    except OSError:
        return "refused"
print(json.dumps({
    "database: who may": database(),
    "database: without TLS": database(sslmode="disable"),
    "database: by a wrong password": database(password="wrong"),
    "database: without a password": database(password=""),
    "database: as its superuser": database(user="postgres"),
    "broker: who may": broker(),
    "broker: without TLS": plain_broker(),
    "broker: by a wrong password": broker(password="wrong"),
    "broker: without a password": broker(username=None, password=None),
}))
"""


class Backups(NamedTuple):
    newest: Optional[Statement]
    """Whose signature is this appliance's."""
    drill: Optional[Mapping[str, Any]]
    """The last one's signed report."""
    now: datetime


def files_amiss(compose: Composition) -> list[str]:
    """Folders and files of secrets whose owner or mode is another than install sets. Raises Refused."""
    keys = compose.keys
    if not (keys / "web").is_dir():
        raise Refused(f"{keys} has no secrets of services.")
    amiss = secrets_amiss(keys, compose.data)
    for folder in (keys / name for name in HOSTS_OWN):
        if folder.is_dir():
            # Of backups' servers the host's key is known to everybody.
            files = (one for one in folder.iterdir() if one.is_file() and one.name != "known_hosts")
            amiss += [str(path) for path in (folder, *files) if _is_open(path)]
    return amiss


def _is_open(path: Path) -> bool:
    """Whether others than root, who looks, may do anything with it."""
    found = path.lstat()
    return found.st_uid != os.geteuid() or bool(stat.S_IMODE(found.st_mode) & 0o077)


def disks(compose: Composition) -> Judgement:
    return look_at_volumes(compose.data, compose.keys, known(compose.environment_file))


def ways_out(compose: Composition) -> Sequence[Row]:
    return looked_at(compose, compose.data)[1]


def strangers(compose: Composition) -> Mapping[str, str]:
    """Who asked database and broker, and was let in or refused. Raises Refused."""
    said = inside(compose, "web", "python", "-", stdin=STRANGERS.encode())
    try:
        found: dict[str, str] = {str(who): str(word) for who, word in json.loads(said).items()}
    except (ValueError, AttributeError):
        raise Refused("web does not tell what it was answered.") from None
    return found


def backups(compose: Composition) -> Backups:
    """Nothing is made where there is nothing. Raises Refused where something is not signed."""
    keys = Keys(folder_of(compose.keys))
    if not keys.verify.is_file():
        return Backups(None, None, datetime.now(timezone.utc))
    place = backup_place(compose, keys)
    names = place.names()
    newest = Statement.read(place.signed(names[-1]), keys.verify) if names else None
    reports = sorted(
        (compose.data / "drills").glob("*.json"), key=lambda file: file.name.rsplit(".", 2)[1]
    )
    drill = json.loads(verified(reports[-1].read_bytes(), keys.verify)) if reports else None
    return Backups(newest, drill, datetime.now(timezone.utc))
