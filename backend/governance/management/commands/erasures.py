"""`manage.py erasures reapply`: erase again what an old backup of the database has brought back."""

from django.core.management import BaseCommand, CommandError, CommandParser

from backend.governance.reapplying import reapply
from backend.tombstones.journal import JournalUnusable


class Command(BaseCommand):
    help = "Work on erasures. reapply: as the database's owner, at every start and after a restore."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["reapply"])

    def handle(self, *_arguments: object, **_options: object) -> None:
        try:
            done = reapply()
        except JournalUnusable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{done.tombstones} tombstones were missing, {done.subjects} subjects were erased again."
        )
