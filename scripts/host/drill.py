"""The restore drill: the newest backup is opened, restored into a server without a network, compared, thrown away."""

from __future__ import annotations

import argparse
import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Final, Iterator

from host.backup import alone, backup_place
from host.backup_keys import Keys, keys_of
from host.composition import Composition, by_root, environment_argument
from host.ending import AMISS, Failed, Refused, plain
from host.on_record import put_on_record
from host.opening import found, stream
from host.places import Place, write_down
from host.services import USERS
from host.statements import Statement, signed

_RESTORE: Final = ("python", "manage.py", "restore", "--aside")


def arguments(command: argparse.ArgumentParser) -> None:
    environment_argument(command)


def run(options: argparse.Namespace) -> int | None:
    compose = by_root(options.env_file)
    with alone(compose.data):
        keys = keys_of(compose.data, compose.keys)
        place = backup_place(compose, keys)
        names = place.names()
        if not names:
            raise Refused("there is no backup to try: run scripts/appliance backup first.")
        report = drilled(compose, place, keys, names[-1])
        reports = compose.data / "drills"
        reports.mkdir(mode=0o700, exist_ok=True)
        file = reports / f"{names[-1]}.{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}.json"
        write_down(file, signed(json.dumps(report, sort_keys=True).encode(), keys.signing))
        recorded = put_on_record(
            compose, ("backups", "drilled"), {"drill": report, "place": place.kind}
        )
    print(f"The report, signed, is {file}.")
    if not report["passed"]:
        print(plain(f"{names[-1]} does not restore: {report['reason']}"))
        return AMISS
    print(
        f"{names[-1]} restores: {report['rows']:,} rows of {report['tables']} tables are as they were."
    )
    return None if recorded else AMISS


def drilled(compose: Composition, place: Place, keys: Keys, name: str) -> dict[str, object]:
    """What became of it, as it is put on record."""
    began = datetime.now(timezone.utc)
    statement: Statement | None = None
    reason, told = "", {}
    try:
        backup = found(place, name, keys.verify)
        statement = backup.statement
        with _room(compose):
            answer = stream(compose, backup, keys.drill.read_bytes(), "drill", *_RESTORE)
        told = json.loads(answer.splitlines()[-1])
    except (Refused, Failed) as failure:
        reason = str(failure)
    finally:
        place.forget(name)
    now = datetime.now(timezone.utc)
    return {
        "backup": asdict(statement) if statement else None,
        "name": name,
        "finished_at": now.isoformat(timespec="seconds"),
        "passed": not reason,
        "reason": reason,
        "seconds": round((now - began).total_seconds()),
        "tables": int(told.get("tables", 0)),
        "rows": int(told.get("rows", 0)),
    }


@contextmanager
def _room(compose: Composition) -> Iterator[None]:
    """A folder for the drill's server among the data, so encrypted alike; server and folder are gone afterwards."""
    folder = compose.data / "drill-database"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.chown(folder, USERS["drill-database"], USERS["drill-database"])
    try:
        yield
    finally:
        compose("rm", "--stop", "--force", "--volumes", "drill-database")
        shutil.rmtree(folder)
