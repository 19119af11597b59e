"""`manage.py owner create --email …`: the first account, or a way back in for an owner who lost theirs."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.accounts.models import User
from backend.accounts.store import InvalidAccount, add_user, enrolment_link


class Command(BaseCommand):
    help = "Create an owner and print one link to enrol with, good for a day and for one use."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="do", required=True)
        create = actions.add_parser("create", help="a new owner")
        create.add_argument("--name", default="")
        link = actions.add_parser("link", help="a new link for an owner there is")
        for action in (create, link):
            action.add_argument("--email", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["do"] == "create":
            try:
                user = add_user(email=options["email"], role=User.Role.OWNER, name=options["name"])
            except InvalidAccount as error:
                raise CommandError(str(error)) from error
        else:
            found = User.objects.filter(email=options["email"].lower(), role=User.Role.OWNER)
            user = found.first() or self._unknown(options["email"])
        self.stdout.write(settings.PUBLIC_URL + enrolment_link(user=user))

    def _unknown(self, email: str) -> User:
        raise CommandError(f"There is no owner {email}.")
