"""One consistent backup as a stream: dump, digests and what stands beside the database, for its recipients alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from backend import clock
from backend.appliance.archive import Writer
from backend.appliance.digests import of_every_table, steady
from backend.appliance.manifest import Manifest
from backend.appliance.programs import dumping, encrypting
from backend.tombstones import journal


def back_up(*, into: IO[bytes], recipients: Sequence[str], release: str) -> Manifest:
    """Digests and dump are of one snapshot. Raises ProgramFailed; what was written is no backup then."""
    with steady() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        manifest = Manifest(
            release=release,
            made_at=clock.now().isoformat(timespec="seconds"),
            migrations=applied_migrations(),
            tables=of_every_table(cursor),
        )
        with encrypting(into=into, recipients=recipients) as plain, Writer(plain) as archive:
            archive.manifest(manifest)
            archive.files(_beside_the_database())
            with dumping(snapshot=snapshot) as dump:
                archive.dump(dump)
            archive.end()
    return manifest


def applied_migrations() -> tuple[str, ...]:
    applied = MigrationRecorder(connection).applied_migrations()
    return tuple(sorted(f"{app}.{name}" for app, name in applied))


def _beside_the_database() -> dict[str, Path]:
    files = {"tombstones.jsonl": journal.path()}
    if settings.AUDIT_HEADS_DIR is not None:
        files["heads.jsonl"] = settings.AUDIT_HEADS_DIR / "heads.jsonl"
    return files
