"""A log with a chain over it, for tests of what is done to it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from backend.audit.events import record
from backend.audit.exporting import lines
from backend.audit.head_file import HeadFile
from backend.audit.models import Event
from backend.audit.sealer import Sealer
from backend.audit.sealing import seal_some, sign_head
from backend.audit.statements import Statement
from backend.audit.verifying import verify
from tests.processes import TOP


def a_log(events: int, *, every: int = 0) -> list[Statement]:
    """So many events, all sealed; a head signed after every so many, and at the end."""
    heads = []
    for number in range(1, events + 1):
        record(name="tried", detail={"number": number, "exact": 1.10})
        if every and not number % every:
            heads.append(a_head())
    return heads if every and not events % every else [*heads, a_head()]


def a_head() -> Statement:
    """Seal what waits and sign where the chain stands."""
    while (sealed := seal_some(witness=None)).events:
        pass
    return sign_head(position=sealed.position, digest=sealed.digest)


def head_file(folder: Path) -> HeadFile:
    return HeadFile(folder / "heads.jsonl")


def a_sealer(folder: Path, **values: Any) -> Sealer:
    return Sealer(head_file(folder), values.pop("syslog", None), settings.AUDIT_KEPT, **values)


def findings(outside: list[Statement] | None = None, *, since: int = 0) -> list[str]:
    return verify(outside=outside or (), since=since).findings


def exported(folder: Path, outside: list[Statement] | None = None) -> tuple[int, str]:
    """The exit code and words of `scripts/verify-audit` about an export, in a process that has nothing of ours."""
    export, held = folder / "export.jsonl", folder / "held.jsonl"
    export.write_text("".join(f"{line}\n" for line in lines()))
    if outside is None:
        return offline(export)
    held.write_text("".join(f"{head.line()}\n" for head in outside))
    return offline(export, "--heads", held)


def offline(*arguments: str | Path) -> tuple[int, str]:
    key = Path(settings.SECRETS_DIR) / "audit_verify_key"
    command = [sys.executable, "-I", TOP / "scripts/verify-audit", "--key", key, *arguments]
    done = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def events() -> list[int]:
    return [*Event.objects.order_by("pk").values_list("pk", flat=True)]


def execute(statement: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


def as_superuser(statement: str, *parameters: Any) -> None:
    """Past the triggers, which hold for everybody else."""
    execute("SET session_replication_role = replica")
    execute(statement, *parameters)
    execute("SET session_replication_role = origin")


@contextmanager
def signed_in_as(role: str) -> Iterator[None]:
    """As a process whose connection is that role's."""
    execute(f"SET LOCAL SESSION AUTHORIZATION {role}")
    yield
    execute("RESET SESSION AUTHORIZATION")
