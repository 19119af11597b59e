"""`manage.py owner create --email …`: the first account, a new link for an owner, or an account for emergencies."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.accounts import break_glass
from backend.accounts.models import User
from backend.accounts.store import InvalidAccount, add_user, enrolment_link
from backend.audit.operators import operated


class Command(BaseCommand):
    help = "Create an owner and print one link to enrol with, good for a day and for one use."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="do", required=True)
        create = actions.add_parser("create", help="a new owner")
        create.add_argument("--name", default="")
        link = actions.add_parser("link", help="a new link for an owner there is")
        emergency = actions.add_parser(
            "break-glass", help="a new owner for emergencies, whose every sign-in is told"
        )
        emergency.add_argument("--name", default="For emergencies")
        for action in (create, link, emergency):
            action.add_argument("--email", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        with operated(f"owner {options['do']}"):
            if options["do"] == "link":
                found = User.objects.filter(email=options["email"].lower(), role=User.Role.OWNER)
                user = found.first() or self._unknown(options["email"])
            else:
                user = self._made(options)
            link = enrolment_link(user=user)
        self.stdout.write(settings.PUBLIC_URL + link)

    def _made(self, options: dict[str, Any]) -> User:
        try:
            user = add_user(email=options["email"], role=User.Role.OWNER, name=options["name"])
        except InvalidAccount as error:
            raise CommandError(str(error)) from error
        if options["do"] == "break-glass":
            break_glass.mark(user=user)
        return user

    def _unknown(self, email: str) -> User:
        raise CommandError(f"There is no owner {email}.")
