"""Print a team's figures of pull requests, the same that the page shows."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.metrics import queries, results
from backend.metrics.scope import InvalidRange, scope_of
from backend.people.models import Team


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--team", default="", help="the team's slug; none: all teams")
        parser.add_argument("--from", dest="start", required=True, type=date.fromisoformat)
        parser.add_argument(
            "--to",
            dest="end",
            required=True,
            type=date.fromisoformat,
            help="first day after the range",
        )
        parser.add_argument("--bots", action="store_true", help="count pull requests of bots too")
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401, ARG002 - Django's signature
        team = Team.objects.filter(slug=options["team"]).first()
        if options["team"] and team is None:
            raise CommandError(f"There is no team {options['team']}.")
        try:
            scope = scope_of(
                team=team, start=options["start"], end=options["end"], with_bots=options["bots"]
            )
        except InvalidRange as error:
            raise CommandError(str(error)) from error
        found = queries.figures(scope)
        if options["format"] == "json":
            self.stdout.write(found.model_dump_json(by_alias=True, indent=2))
            return
        for line in table(found):
            self.stdout.write(line)


def table(found: results.Figures) -> list[str]:
    """Lines for a person to read."""
    name = found.team.name if found.team else "All teams"
    heading = f"{name}, {found.range.from_} to {found.range.to} ({found.range.time_zone})"
    absent = found.suppressed.reason if found.suppressed else found.not_kept
    if absent:
        return [heading, absent]
    lines = [heading, f"{'':22}{'median':>12}{'p75':>12}{'p90':>12}{'n':>8}"]
    for key in (
        "cycle_time", "coding", "pickup", "review", "merge", "time_to_first_review", "batch_size",
    ):  # fmt: skip
        figure: results.Distribution = getattr(found, key)
        values = (figure.median, figure.p75, figure.p90)
        cells = "".join(f"{amount(value, figure.unit):>12}" for value in values)
        n = "-" if figure.n is None else figure.n
        lines.append(f"{key.replace('_', ' '):22}{cells}{n:>8}{reason(figure.reason)}")
    rate, flow = found.review_rate, found.throughput
    if rate:
        value = "-" if rate.value is None else f"{rate.value:.0%}"
        lines.append(
            f"{'review rate':22}{value:>12}{'':24}{rate.denominator:>8}{reason(rate.reason)}"
        )
    if flow:
        value = "-" if flow.per_week_median is None else f"{flow.per_week_median:g}"
        lines.append(f"{'merged a week':22}{value:>12}{'':24}{flow.merged:>8}")
    return lines


def reason(text: str | None) -> str:
    return f"  {text}" if text else ""


def amount(value: float | None, unit: str) -> str:
    """As a person says it: 1 d 4 h, 3 h 20 min, 45 s, 120 lines."""
    if value is None:
        return "-"
    if unit == "lines":
        return f"{value:.0f}"
    seconds = round(value)
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"
