"""`manage.py sign_in_policy open-administration`: the way back where no owner sits in a network that is listed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from backend.accounts.policy import open_administration
from backend.audit.operators import operated


class Command(BaseCommand):
    help = "Let every network open the administration again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("do", choices=["open-administration"])

    def handle(self, *args: Any, **options: Any) -> None:
        with operated("sign_in_policy open-administration"):
            open_administration()
        self.stdout.write("Every network may open the administration again.")
