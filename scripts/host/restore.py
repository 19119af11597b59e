"""Restore: beside the former data, proven table by table, and only then in their place."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

from host.backup import alone, backup_place
from host.backup_keys import keys_of
from host.composition import Composition, by_root, environment_argument
from host.ending import Failed, Refused
from host.opening import Found, found, identity_of, stream
from host.places import Place
from host.statements import Statement

BESIDE: Final = "restored"
LIVE: Final = frozenset({"nginx", "web", "worker", "beat", "sealer", "migrate"})


def arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("backup", help="a file, or the name of a backup where they lie")
    command.add_argument(
        "--identity", type=Path, required=True, metavar="FILE", help="the age key that opens it"
    )
    command.add_argument(
        "--replace", action="store_true", help="the data that are there now are given up for it"
    )
    command.add_argument(
        "--verify-key", type=Path, metavar="FILE", help="the public key that it is signed with"
    )
    environment_argument(command)


def run(options: argparse.Namespace) -> None:
    compose = by_root(options.env_file)
    identity = identity_of(options.identity)
    with alone(compose.data):
        keys = keys_of(compose.data, compose.keys)
        place = backup_place(compose, keys)
        backup = found(place, options.backup, options.verify_key or keys.verify)
        statement = backup.statement
        check(compose, statement, replace=options.replace)
        try:
            _beside(compose, backup, identity, place)
        except (Refused, Failed) as failure:
            raise Failed(
                f"{failure}\nNothing was restored: the former data are as they were."
            ) from None
        finally:
            place.forget(options.backup)
        _swap(compose)
    print(f"{statement.name} is restored, as of {statement.made_at}: every table is as it was.")
    print("Whoever was erased since is erased again; everybody signs in anew.")
    _accept(compose, statement)
    print("Next: docker compose up --detach --wait")


def check(compose: Composition, statement: Statement, *, replace: bool) -> None:
    """Raises Refused."""
    if statement.release != compose.release:
        raise Refused(
            f"it was made by version {statement.release}, and this is {compose.release}: restore it with that version,"
            " then upgrade."
        )
    if live := sorted(compose.running() & LIVE):
        raise Refused(f"the appliance is running: docker compose stop {' '.join(live)}")
    compose("up", "--detach", "--wait", "postgres")
    tables = compose.psql(
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
        "plumbline",
    )
    if tables != "0" and not replace:
        raise Refused("there are data here already: --replace gives them up for the backup.")


def _beside(compose: Composition, backup: Found, identity: bytes, place: Place) -> None:
    compose.psql(f"DROP DATABASE IF EXISTS {BESIDE} WITH (FORCE)")
    compose.psql(f"CREATE DATABASE {BESIDE} OWNER migrate")
    prepared = (
        "psql",
        "-Xq",
        "-v",
        "ON_ERROR_STOP=1",
        "-v",
        f"database={BESIDE}",
        "-U",
        "postgres",
    )
    compose("exec", "-T", "postgres", *prepared, "-d", BESIDE, "-f", "/etc/plumbline/database.sql")
    into = ("--no-deps", "--env", f"PLUMBLINE_DATABASE_NAME={BESIDE}", "migrate")
    stream(compose, backup, identity, *into, "python", "manage.py", "restore")
    # The journal of what was erased is younger than the backup, and has the last word.
    ready = "python manage.py grants; python manage.py erasures reapply --accept; python manage.py backups restored"
    told = json.dumps({"backup": asdict(backup.statement), "place": place.kind}).encode()
    compose("run", "--rm", "-T", *into, "sh", "-ec", ready, stdin=told)


def _swap(compose: Composition) -> None:
    try:
        compose.psql("DROP DATABASE IF EXISTS former WITH (FORCE)")
        compose.psql(
            "BEGIN; ALTER DATABASE plumbline RENAME TO former;"
            f" ALTER DATABASE {BESIDE} RENAME TO plumbline; COMMIT"
        )
    except Refused as refused:
        raise Failed(
            f"{refused}\nThe former data are in place still, for somebody is connected to them; run this again."
        ) from None
    compose.psql("DROP DATABASE former WITH (FORCE)")


def _accept(compose: Composition, statement: Statement) -> None:
    """The audit log is shorter now than its heads say; that stays on record with the reason."""
    accepting = ("python", "manage.py", "audit", "accept", "--reason", f"restored {statement.name}")
    try:
        compose("run", "--rm", "-T", "--no-deps", "sealer", *accepting)
    except Refused as refused:
        raise Failed(
            f"{refused}\nThe data are restored. What is left: docker compose run --rm --no-deps sealer"
            f' python manage.py audit accept --reason "restored {statement.name}"'
        ) from None
