"""`manage.py teams import FILE [--preview]` and `manage.py teams export`: teams and memberships as CSV."""

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.accounts.sign_ins import sign_ins
from backend.audit import operators
from backend.people.roster import COLUMNS, BadRoster, MemberChange, Plan
from backend.people.store.rosters import decode, plan_roster, roster, take_roster
from backend.pipeline import bell
from backend.spreadsheets import cell


class Command(BaseCommand):
    help = "Take teams and memberships from a CSV file, all of it or nothing, or print them as one."

    def add_arguments(self, parser: CommandParser) -> None:
        ways = parser.add_subparsers(dest="do", required=True)
        take = ways.add_parser("import")
        take.add_argument("file", type=Path)
        take.add_argument(
            "--preview", action="store_true", help="say what would change, and store nothing"
        )
        ways.add_parser("export")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401, ARG002 - Django's signature
        if options["do"] == "export":
            operators.note("teams export")
            writer = csv.writer(self.stdout, lineterminator="\n")
            writer.writerow(COLUMNS)
            for row in roster():
                told = (row.team, row.name, row.parent, row.person, row.from_, row.to)
                writer.writerow([cell(value) for value in told])
            return
        try:
            text = decode(options["file"].read_bytes())
            if options["preview"]:
                plan = plan_roster(text, sign_ins())
            else:
                with operators.operated("teams import"):
                    plan = take_roster(text=text, acting_user=None, sign_ins=sign_ins())
                bell.ring(bell.MEASURE)
        except (BadRoster, OSError) as error:
            raise CommandError(f"Nothing was stored.\n{error}") from error
        for line in told_changes(plan):
            self.stdout.write(line)


def told_changes(plan: Plan) -> list[str]:
    """What is changed, for a person to read."""
    if not plan:
        return ["Nothing changes."]
    lines = [
        f"team {team.slug} {'is new' if team.is_new else 'is changed'}:"
        f" {team.name}, {f'below {team.parent}' if team.parent else 'at the top'}"
        for team in plan.teams
    ]
    return lines + [f"{one.slug}: {told_member(one)}" for one in plan.members]


def told_member(change: MemberChange) -> str:
    begin, end = change.span
    days = f"from {begin or 'ever'} to {end or 'now on'}"
    return f"person #{change.person} {change.kind} {days}"
