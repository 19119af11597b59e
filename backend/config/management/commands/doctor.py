"""`manage.py doctor`: how the appliance is, as a process of web sees it. `scripts/appliance doctor` tells more."""

import sys
from json import dumps
from typing import Final

from django.core.management.base import BaseCommand, CommandParser

from backend.config.doctor import findings

AMISS: Final = 4
"""As scripts/appliance ends where it looked, and not all is as it should be."""


class Command(BaseCommand):
    help = "Ask each part how it is: what was found, what is needed, what to do."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *_: str, json: bool, **__: object) -> None:
        found = list(findings())
        if json:
            self.stdout.write(dumps([one._asdict() for one in found]))
        else:
            for one in found:
                self.stdout.write(f"{'well' if one.is_good else 'AMISS':6}{one.name}: {one.found}")
                if not one.is_good:
                    self.stdout.write(f"      needed: {one.needed}. {one.todo}")
        if not all(one.is_good for one in found):
            sys.exit(AMISS)
