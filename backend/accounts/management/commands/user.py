"""`manage.py user add --email … --role … [--team slug]…`: an account with a link to enrol with."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.accounts.models import User
from backend.accounts.store import InvalidAccount, add_user, enrolment_link
from backend.audit.operators import operated
from backend.people.models import Team


class Command(BaseCommand):
    help = "Add an account and print one link to enrol with, good for a day and for one use."

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_subparsers(dest="do", required=True).add_parser("add")
        add.add_argument("--email", required=True)
        add.add_argument("--role", required=True, choices=User.Role.values)
        add.add_argument("--name", default="")
        add.add_argument("--team", action="append", default=[], help="a team's slug, for a lead")

    def handle(self, *args: Any, **options: Any) -> None:
        slugs = set(options["team"])
        teams = list(Team.objects.filter(slug__in=slugs))
        if missing := slugs - {team.slug for team in teams}:
            raise CommandError(f"There is no team {', '.join(sorted(missing))}.")
        try:
            with operated("user add"):
                user = add_user(
                    email=options["email"], role=options["role"], name=options["name"], teams=teams
                )
                link = enrolment_link(user=user)
        except InvalidAccount as error:
            raise CommandError(str(error)) from error
        self.stdout.write(settings.PUBLIC_URL + link)
