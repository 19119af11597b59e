"""`manage.py backup --release R --recipient KEY…`: an encrypted backup on the standard output, for the host."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from backend.appliance.backing_up import back_up
from backend.appliance.programs import ProgramFailed


class Command(BaseCommand):
    help = "Write an encrypted backup to the standard output; what it holds to the last line of the error output."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--release", required=True)
        parser.add_argument("--recipient", action="append", required=True, help="a key of age's")

    def handle(self, *_arguments: object, **options: Any) -> None:  # noqa: ANN401 - Django's
        output = sys.stdout.buffer
        try:
            manifest = back_up(
                into=output, recipients=options["recipient"], release=options["release"]
            )
        except (ProgramFailed, DatabaseError, OSError) as error:
            raise CommandError(f"No backup was made: {error}") from error
        told = {"made_at": manifest.made_at, "tables": len(manifest.tables), "rows": manifest.rows}
        self.stderr.write(json.dumps(told))
