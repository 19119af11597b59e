"""`manage.py mail --test ADDRESS`, in the worker, which alone sends: a test mail, and what became of it."""

import sys

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from backend.config.doctor import AMISS, Finding, report
from backend.outbound.destinations import place
from backend.outbound.mail import NotSent, send

_TEXT = """\
This is a test mail of Plumbline at {url}.

Somebody who operates it asked for it, to see whether mail arrives. There is nothing to do.
"""


class Command(BaseCommand):
    help = "Send a test mail, and tell whether the server took it, or why not and what to do."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--test", required=True, metavar="ADDRESS", help="where it goes")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *_: str, test: str, json: bool, **__: object) -> None:
        try:
            validate_email(test)
        except ValidationError:
            raise CommandError("That is no mail address.") from None
        found = tested(test)
        self.stdout.write(report([found], as_json=json))
        if not found.is_good:
            sys.exit(AMISS)


def tested(address: str) -> Finding:
    needed = "a server that takes a test mail"
    try:
        send(address, "Test mail of Plumbline", _TEXT.format(url=settings.PUBLIC_URL))
    except NotSent as error:
        told = f"{error.reason} It said: {error.said}" if error.said else error.reason
        return Finding("mail", told, needed, is_good=False, todo=error.action)
    there = place(settings.EMAIL_HOST, settings.EMAIL_PORT)
    return Finding("mail", f"accepted by {there}", needed, is_good=True)
