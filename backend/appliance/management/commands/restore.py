"""`manage.py restore < KEY AND BACKUP`: into the settings' database, which must be empty; for scripts/appliance."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from backend.appliance.manifest import Unreadable
from backend.appliance.programs import NotOpened, ProgramFailed
from backend.appliance.restoring import NotRestored, framed_identity, restore, settle


class Command(BaseCommand):
    help = "Restore a backup from the standard input, behind the key that opens it, and compare every table."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--aside", action="store_true", help="a drill: nothing is made ready for use"
        )

    def handle(self, *_arguments: object, **options: Any) -> None:  # noqa: ANN401 - Django's
        began = time.monotonic()
        try:
            # Unbuffered, so that age reads on where the key ends.
            with open(0, "rb", buffering=0) as source:
                manifest = restore(source=source, identity=framed_identity(source))
            if not options["aside"]:
                settle()
        except (NotRestored, Unreadable, ProgramFailed, NotOpened, DatabaseError) as error:
            raise CommandError(f"Not restored: {error}") from error
        told = {
            "release": manifest.release,
            "made_at": manifest.made_at,
            "tables": len(manifest.tables),
            "rows": manifest.rows,
            "seconds": round(time.monotonic() - began),
        }
        self.stdout.write(json.dumps(told))
