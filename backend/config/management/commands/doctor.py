"""`manage.py doctor`: how the appliance is, as a process of web sees it. `scripts/appliance doctor` tells more."""

import sys

from django.core.management.base import BaseCommand, CommandParser

from backend.config.doctor import AMISS, findings, report


class Command(BaseCommand):
    help = "Ask each part how it is: what was found, what is needed, what to do."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *_: str, json: bool, **__: object) -> None:
        found = list(findings())
        self.stdout.write(report(found, as_json=json))
        if not all(one.is_good for one in found):
            sys.exit(AMISS)
