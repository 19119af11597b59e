"""`manage.py maintenance on | off | status`, as the database's owner: announce maintenance, end it, tell of it."""

import argparse
import ipaddress
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from backend.appliance import maintenance
from backend.appliance.models import Maintenance
from backend.audit.operators import operated

_TIME = "%Y-%m-%d %H:%M UTC"


class Command(BaseCommand):
    help = "Close Plumbline for all but listed addresses, and open it again."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        on = acts.add_parser("on", help="announce it, or change what was announced")
        on.add_argument("--message", type=_message, default=maintenance.DEFAULT_MESSAGE)
        on.add_argument("--allow", type=_network, action="append", default=[], metavar="NETWORK")
        on.add_argument("--at", type=_moment, metavar="TIME", help="with its zone; now without it")
        acts.add_parser("off", help="open again")
        acts.add_parser("status", help="tell how it is")

    def handle(self, *_arguments: object, **options: Any) -> None:  # noqa: ANN401 - Django's
        if options["act"] == "on":
            with operated("maintenance on"):
                maintenance.begin(
                    message=options["message"],
                    closes_at=options["at"] or timezone.now(),
                    allowed=list(dict.fromkeys(options["allow"])),
                )
        elif options["act"] == "off":
            with operated("maintenance off"):
                maintenance.end()
        self.stdout.write(told(maintenance.stored(), timezone.now()))


def told(found: Maintenance | None, now: datetime) -> str:
    if found is None:
        return "Open: there is no maintenance."
    verb = "Closed since" if found.is_closed(now) else "Open; closes at"
    allowed = ", ".join(found.allowed) or "nobody"
    return f"{verb} {found.closes_at:{_TIME}}, for all but {allowed}: {found.message}"


def _message(text: str) -> str:
    longest = Maintenance._meta.get_field("message").max_length or 0
    if not text.strip() or len(text) > longest:
        message = f"must have 1 to {longest} characters"
        raise argparse.ArgumentTypeError(message)
    return text.strip()


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError as error:
        message = f"{error}; write networks like 10.20.0.0/16"
        raise argparse.ArgumentTypeError(message) from error


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if found.tzinfo is None:
        message = "must have a zone, such as 2026-08-01T22:00+02:00"
        raise argparse.ArgumentTypeError(message)
    return found
