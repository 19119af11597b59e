"""The audit log's chain: how fast a million events are sealed, verified, exported and verified offline."""

import os
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console

from tests import servers
from tests.bench.database import empty
from tests.bench.figures import Figure
from tests.bench.memory import Peak
from tests.processes import TOP

EVENTS = 1_000_000
BATCH = 2_000
# About as wide as the change of an account is.
_MADE = """
INSERT INTO audit_event (object_pk, object_id, object_repr, action, changes_text, changes, cid, remote_addr, timestamp,
    actor_id, actor_email, name, additional_data)
SELECT number, number, 'Object ' || number, 1, '',
    jsonb_build_object('role', jsonb_build_array('member', 'team_lead'), 'name', jsonb_build_array('before', 'after')),
    md5(number::text), '192.0.2.7', now(), number %% 500, 'somebody@plumbline.example',
    CASE WHEN number %% 2 = 0 THEN 'tried' ELSE '' END, jsonb_build_object('number', number, 'reason', repeat('x', 80))
FROM generate_series(1, %s) AS number
"""


def run(console: Console, found: servers.Servers) -> list[Figure]:
    """Raises RuntimeError where what was sealed does not verify."""
    empty(found)
    from django.db import connection  # noqa: PLC0415 - needs django.setup()

    from backend.audit.sealing import seal_some, sign_head  # noqa: PLC0415

    with console.status("Writing events"), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        began = time.monotonic()
        cursor.execute(_MADE, [EVENTS])
        written = time.monotonic() - began
    with console.status("Sealing"):
        began = time.monotonic()
        while (sealed := seal_some(witness=None, limit=BATCH)).events:
            pass
        seconds = time.monotonic() - began
        sign_head(position=sealed.position, digest=sealed.digest)
    file = found.folder / "export.jsonl"
    with console.status("Verifying, exporting, and verifying offline"):
        verified, memory = _timed(sys.executable, str(TOP / "manage.py"), "audit", "verify")
        exported, export_memory = _timed(
            sys.executable, str(TOP / "manage.py"), "audit", "export", into=file
        )
        size = file.stat().st_size / 2**20
        key = str(found.folder / "secrets" / "audit_verify_key")
        command = [sys.executable, "-I", str(TOP / "scripts/verify-audit"), str(file), "--key", key]
        offline, offline_memory = _timed(*command)
        file.unlink()
    return [
        Figure("events, written at once", EVENTS / written, "/s"),
        Figure("events sealed", EVENTS / seconds, "/s", at_least=5_000),
        Figure(f"audit verify of {EVENTS:,} events", verified, "s", at_most=120),
        Figure("its memory, at most", memory, "MB", at_most=250),
        Figure("audit export", exported, "s"),
        Figure("its memory, at most", export_memory, "MB", at_most=250),
        Figure("size of the export", size, "MB"),
        Figure("scripts/verify-audit of it", offline, "s", at_most=60),
        Figure("its memory, at most", offline_memory, "MB", at_most=100),
    ]


def _timed(*command: str, into: Path | None = None) -> tuple[float, float]:
    """Seconds and MB of a command that has to end well."""
    began = time.monotonic()
    with (into or Path(os.devnull)).open("wb") as output:
        process = subprocess.Popen(command, stdout=output, cwd=TOP)
        with Peak(process.pid) as peak:
            code = process.wait()
    if code:
        raise RuntimeError(f"{' '.join(command[:4])} ended with {code}")
    return time.monotonic() - began, peak.largest
