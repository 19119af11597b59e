"""What the demo asks the store: is it done, and what came of it. Needs django.setup()."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import connection as database
from django.db.models import Sum
from rich.console import Console
from rich.table import Table

from backend.accounts.demo import demo_link
from backend.connections import store
from backend.connections.models import Connection
from backend.delivery.models import (
    Commit,
    CommitFile,
    PendingMeasurement,
    PullRequest,
    PullRequestEvent,
    PullRequestFile,
    Repository,
    Review,
)
from backend.metrics.models import PullRequestFact
from backend.people.models import Team
from backend.pipeline import bell
from backend.sources.models import Cursor, Hint

NAME = "GitHub Enterprise Server (simulated)"
KINDS = {
    "repositories": Repository,
    "teams": Team,
    "pull requests": PullRequest,
    "reviews": Review,
    "events": PullRequestEvent,
    "files of pull requests": PullRequestFile,
    "commits": Commit,
    "file changes of commits": CommitFile,
}


@dataclass(frozen=True)
class State:
    """`counts`: for each kind of work, how much is done of how much is known to be there."""

    counts: dict[str, tuple[int, int]]
    done: bool
    failed: str


def connect(*, url: str, token: str) -> None:
    """Add the simulator as a connection, or tell the one of last time where it is now; then have it checked."""
    connection = Connection.objects.filter(name=NAME).first()
    if connection is None:
        connection = store.add_connection(kind="github", url=url, token=token, name=NAME)
    else:
        connection.url, connection.state = url, Connection.State.UNCHECKED
        connection.save()
        store.set_token(connection=connection, token=token)
    # Its first fill would otherwise wait for the next hour's budget; a simulator needs no mercy.
    Connection.objects.filter(pk=connection.pk).update(requests_per_hour=1_000_000)
    Hint.objects.update(lease_until=None)
    bell.ring(bell.CHECK, connection.pk)


def sign_in_link(url: str, page: str = "/") -> str:
    """Where it leads: the page, seen as the demo's team lead."""
    return f"{url}{demo_link()}?{urlencode({'next': page})}"


def look() -> State:
    """Where the main job stands."""
    connection = Connection.objects.get(name=NAME)
    expected = Cursor.objects.filter(kind=Hint.Kind.PULL_REQUESTS).aggregate(n=Sum("expected"))["n"]
    stored, pending = PullRequest.objects.count(), PendingMeasurement.objects.count()
    commits = Commit.objects.count()
    troubled = connection.state in {Connection.State.FAILING, Connection.State.PAUSED}
    parked = Hint.objects.exclude(parked_at=None).first()
    waiting = Hint.objects.filter(parked_at=None).exists()
    checked = connection.state == Connection.State.WORKING
    done = checked and not waiting and not pending and Repository.objects.exists()
    return State(
        counts={
            "pull requests": (stored, max(expected or 0, stored)),
            "commits": (commits, commits if done else 0),
            "figures": (stored - pending, stored),
        },
        done=done or troubled or parked is not None,
        failed=f"{connection.state_reason} {connection.state_action}".strip()
        if troubled
        else (parked.last_error if parked else ""),
    )


def summarise(console: Console, *, requests: dict[str, Any], seconds: float) -> None:
    """Objects by kind, cycle time by month of the last year, requests, seconds."""
    objects = Table("stored", "objects", title="What is stored")
    objects.columns[1].justify = "right"
    for name, model in KINDS.items():
        objects.add_row(name, f"{model._default_manager.count():,}")
    objects.add_row("pull requests measured", f"{PullRequestFact.objects.count():,}")
    console.print(objects)
    months = Table("month", "merged", "median", "p90", title="Cycle time, without bots")
    for column in months.columns[1:]:
        column.justify = "right"
    for month, merged, median, ninetieth in _months():
        months.add_row(month, f"{merged:,}", _duration(median), _duration(ninetieth))
    console.print(months)
    told = ", ".join(f"{name} {count:,}" for name, count in sorted(requests.items()))
    console.print(f"Requests to the simulator: {told}.")
    console.print(f"Seconds since the start: {seconds:.0f}.")


def _months() -> list[tuple[str, int, float, float]]:
    with database.cursor() as cursor:
        cursor.execute("""
            SELECT to_char(date_trunc('month', merged_at AT TIME ZONE 'UTC'), 'YYYY-MM') AS month, count(*),
                percentile_cont(0.5) WITHIN GROUP (ORDER BY cycle_seconds),
                percentile_cont(0.9) WITHIN GROUP (ORDER BY cycle_seconds)
            FROM metrics_pullrequestfact
            WHERE NOT is_bot AND excluded = '' AND merged_at >
                (SELECT max(merged_at) FROM metrics_pullrequestfact) - interval '1 year'
            GROUP BY month ORDER BY month
        """)
        return list(cursor.fetchall())


def _duration(seconds: float) -> str:
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{days} d {hours} h" if days else f"{seconds / 3600:.1f} h"
