"""`manage.py keys rewrap` in web, `keys reseal` in the worker: bring stored secrets under the present key.

Run by `scripts/appliance rotate-keys`; harmless to run at any time. Prints how many were moved.
"""

from django.core.management import BaseCommand, CommandError, CommandParser

from backend.governance.rotating import reseal, rewrap
from backend.keyring import KeyUnavailable, SealBroken

_ACTS = {"rewrap": rewrap, "reseal": reseal}


class Command(BaseCommand):
    help = "Bring stored secrets under the present key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=sorted(_ACTS))

    def handle(self, *_arguments: object, **options: object) -> None:
        try:
            moved = _ACTS[str(options["act"])]()
        except (KeyUnavailable, SealBroken) as error:
            message = f"{error} What was moved so far stays so; nothing else was changed."
            raise CommandError(message) from error
        self.stdout.write(str(moved))
