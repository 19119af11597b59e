"""`manage.py sync`: bring the store up to date now."""

import time
from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Max, Min
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from backend.audit import operators
from backend.connections.models import Connection
from backend.delivery.models import Project
from backend.metrics.compute import catch_up
from backend.metrics.measuring import how_much_waits, measure_some
from backend.metrics.suppression.compute import recompute
from backend.pipeline import bell
from backend.pipeline.kinds import connector_of
from backend.pipeline.kinds.connector import Container
from backend.pipeline.lineage import ask_for_lineage
from backend.pipeline.work import check_connection, work
from backend.sources import hints
from backend.sources.models import Cursor, Hint, SyncRun


class Command(BaseCommand):
    help = "Collect what is new from all connections, or one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--connection", metavar="SLUG", help="this one alone (default: all)")
        parser.add_argument(
            "--wait",
            action="store_true",
            help="do the work in this process, with a progress bar, and end with a summary",
        )

    def handle(self, *_arguments: object, **options: object) -> None:
        connections = list(Connection.objects.order_by("slug"))
        if slug := options["connection"]:
            connections = [c for c in connections if c.slug == slug]
        if not connections:
            raise CommandError("There is no such connection: see manage.py connection list.")
        operators.note("sync")
        if not options["wait"]:
            for connection in connections:
                connector_of(connection).begin(connection)
            rang = bell.ring(bell.COLLECT)
            self.stdout.write("A worker begins now." if rang else "A worker begins within seconds.")
            return
        began = datetime.now(UTC)
        for connection in connections:
            self._sync(connection)
        self._measure()
        if ask_for_lineage():
            for connection in connections:
                self._work(connection)
            self._measure()
        self._summarise(connections, began)

    def _sync(self, connection: Connection) -> None:
        """Check, then work until nothing of the connection is left, or it has to be left alone."""
        check_connection(connection)
        connection.refresh_from_db()
        if connection.state != Connection.State.WORKING:
            raise CommandError(f"{connection.state_reason} {connection.state_action}")
        self._work(connection)

    def _work(self, connection: Connection) -> None:
        with _progress() as progress:
            bars: dict[str, TaskID] = {}

            def on_page(container: Container | None, _: int) -> None:
                if container is None:
                    return
                cursor = _cursor(container)
                name = str(container)
                if name not in bars:
                    bars[name] = progress.add_task(name, total=None)
                progress.update(bars[name], completed=cursor.stored, total=cursor.expected)

            while work(connection=connection, on_page=on_page) or self._wait(connection):
                measure_some()

    def _wait(self, connection: Connection) -> bool:
        """Wait for work that is due in a moment; False where none is, or only after a long time."""
        open_hints = Hint.objects.filter(connection=connection, parked_at=None)
        connection.refresh_from_db()
        due = open_hints.aggregate(due=Min("due_at"))["due"]
        if due is None or connection.state == Connection.State.PAUSED:
            return False
        asked = SyncRun.objects.filter(connection=connection).aggregate(until=Max("retry_at"))
        seconds = (max(due, asked["until"] or due) - datetime.now(UTC)).total_seconds()
        if seconds > hints.LEASE.total_seconds():
            return False
        time.sleep(min(max(seconds, 0.2), 5))
        return True

    def _measure(self) -> None:
        catch_up()
        with _progress() as progress:
            total = how_much_waits()
            bar = progress.add_task("figures", total=total)
            while measured := measure_some():
                progress.advance(bar, measured)
            if total:
                recompute()

    def _summarise(self, connections: list[Connection], began: datetime) -> None:
        table = Table("connection", "collected", "outcome", "runs", "stored", "requests")
        failed = []
        for connection in connections:
            runs = SyncRun.objects.filter(connection=connection, started_at__gte=began)
            for kind in Hint.Kind:
                for outcome in SyncRun.Outcome:
                    found = list(runs.filter(kind=kind, outcome=outcome))
                    if not found:
                        continue
                    table.add_row(
                        *(connection.slug, kind.label, outcome.label, str(len(found))),
                        *(
                            f"{sum(run.stored for run in found):,}",
                            f"{sum(run.requests for run in found):,}",
                        ),
                    )
                    if outcome != SyncRun.Outcome.SUCCEEDED:
                        failed.append(found[-1])
        Console().print(table)
        left = Hint.objects.filter(connection__in=connections).exists()
        if failed and left:
            raise CommandError(
                f"Not everything could be read. {failed[-1].reason} {failed[-1].action}"
            )


def _cursor(container: Container) -> Cursor:
    """Of that kind whose first fill takes long."""
    if isinstance(container, Project):
        return Cursor.objects.get(project=container, kind=Hint.Kind.ISSUES)
    return Cursor.objects.get(repository=container, kind=Hint.Kind.PULL_REQUESTS)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )
