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
from backend.delivery.deployment_rules import BRANCH, RELEASE, Hotfix, Rule
from backend.delivery.models import (
    Commit,
    CommitFile,
    Deployment,
    Issue,
    IssueTransition,
    PendingDeployments,
    PendingIssue,
    PendingMeasurement,
    PendingTestRuns,
    PullRequest,
    PullRequestEvent,
    PullRequestFile,
    PullRequestIssueKey,
    Release,
    Repository,
    Review,
    Sprint,
)
from backend.delivery.store.deployment_rules import set_deployment_rules, set_hotfix_rules
from backend.metrics.models import IssueFact, PullRequestFact
from backend.people.models import Team
from backend.pipeline import bell
from backend.sources.models import Cursor, Hint

NAME = "GitHub Enterprise Server (simulated)"
RULES = [Rule("forge/devlake", RELEASE, "v*", "production")]
"""Of it there are releases alone; the deployments of the others are known by their environments' names."""
HOTFIXES = [Hotfix("*", BRANCH, "hotfix/*")]
KINDS = {
    "repositories": Repository,
    "teams": Team,
    "pull requests": PullRequest,
    "reviews": Review,
    "events": PullRequestEvent,
    "files of pull requests": PullRequestFile,
    "commits": Commit,
    "file changes of commits": CommitFile,
    "deployments at the source": Deployment,
    "releases": Release,
    "issues": Issue,
    "changes of issues": IssueTransition,
    "sprints": Sprint,
    "keys of issues in pull requests": PullRequestIssueKey,
}


@dataclass(frozen=True)
class State:
    """`counts`: for each kind of work, how much is done of how much is known to be there."""

    counts: dict[str, tuple[int, int]]
    done: bool
    failed: str


def connect(*, url: str, token: str) -> None:
    """The simulated GitHub, with rules of what its deployments are."""
    connect_as(NAME, "github", url=url, token=token)
    set_deployment_rules(rules=RULES)
    set_hotfix_rules(rules=HOTFIXES)


def connect_as(name: str, kind: str, *, url: str, token: str) -> None:
    """Add a simulator as a connection, or tell the one of last time where it is now; then have it checked."""
    connection = Connection.objects.filter(name=name).first()
    if connection is None:
        connection = store.add_connection(kind=kind, url=url, token=token, name=name)
    else:
        connection.url, connection.state = url, Connection.State.UNCHECKED
        connection.save()
        store.set_token(connection=connection, token=token)
    # Its first fill would otherwise wait for the next hour's budget; a simulator needs no mercy.
    Connection.objects.filter(pk=connection.pk).update(requests_per_hour=1_000_000)
    Hint.objects.filter(connection=connection).update(lease_until=None)
    bell.ring(bell.CHECK, connection.pk)


def sign_in_link(url: str, page: str = "/", who: str = "team-lead") -> str:
    """Where it leads: the page, seen as one of the demo's people."""
    return f"{url}{demo_link(who)}?{urlencode({'next': page})}"


def look() -> State:
    """Where the main job stands."""
    connections = list(Connection.objects.all())
    expected = Cursor.objects.filter(kind=Hint.Kind.PULL_REQUESTS).aggregate(n=Sum("expected"))["n"]
    stored, pending = PullRequest.objects.count(), PendingMeasurement.objects.count()
    commits = Commit.objects.count()
    undeployed = PendingDeployments.objects.exists()
    unmeasured = PendingTestRuns.objects.exists() or PendingIssue.objects.exists()
    issues = Issue.objects.count()
    troubled = [
        one
        for one in connections
        if one.state in {Connection.State.FAILING, Connection.State.PAUSED}
    ]
    parked = Hint.objects.exclude(parked_at=None).first()
    waiting = Hint.objects.filter(parked_at=None).exists()
    checked = all(one.state == Connection.State.WORKING for one in connections)
    measured = not (pending or undeployed or unmeasured)
    done = checked and not waiting and measured and Repository.objects.exists()
    return State(
        counts={
            "pull requests": (stored, max(expected or 0, stored)),
            "commits": (commits, commits if done else 0),
            "issues": (issues, issues if done else 0),
            "figures": (stored - pending, stored),
        },
        done=done or bool(troubled) or parked is not None,
        failed=f"{troubled[0].state_reason} {troubled[0].state_action}".strip()
        if troubled
        else (parked.last_error if parked else ""),
    )


def summarise(console: Console, *, requests: dict[str, dict[str, Any]], seconds: float) -> None:
    """Objects by kind, cycle time by month of the last year, requests, seconds."""
    objects = Table("stored", "objects", title="What is stored")
    objects.columns[1].justify = "right"
    for name, model in KINDS.items():
        objects.add_row(name, f"{model._default_manager.count():,}")
    objects.add_row("pull requests measured", f"{PullRequestFact.objects.count():,}")
    objects.add_row("issues measured", f"{IssueFact.objects.count():,}")
    console.print(objects)
    months = Table("month", "merged", "median", "p90", title="Cycle time, without bots")
    for column in months.columns[1:]:
        column.justify = "right"
    for month, merged, median, ninetieth in _months():
        months.add_row(month, f"{merged:,}", _duration(median), _duration(ninetieth))
    console.print(months)
    console.print(_four_keys())
    for source, counts in requests.items():
        told = ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()))
        console.print(f"Requests to the simulated {source}: {told}.")
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


def _four_keys() -> Table:
    """Of production, service by service, over the year until the last deployment."""
    keys = Table(
        "service", "deployments", "lead time", "failed in use", "restored", title="Delivery, a year"
    )
    for column in keys.columns[1:]:
        column.justify = "right"
    with database.cursor() as cursor:
        cursor.execute("""
            WITH deployed AS (
                SELECT id, service FROM metrics_servicedeployment
                WHERE environment = 'production' AND outcome = 'succeeded' AND finished_at >
                    (SELECT max(finished_at) FROM metrics_servicedeployment) - interval '1 year'
            ), restored AS (
                SELECT failed_id, min(restore_seconds) AS seconds FROM metrics_deploymentfix GROUP BY failed_id
            )
            SELECT service, count(*), (
                SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY lead_seconds) FROM metrics_deployedchange
                JOIN deployed AS one ON one.id = deployment_id WHERE one.service = deployed.service
            ), count(failed_id), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)
            FROM deployed LEFT JOIN restored ON failed_id = deployed.id GROUP BY service ORDER BY service
        """)
        for service, deployments, lead, failed, restored in cursor.fetchall():
            keys.add_row(
                service,
                f"{deployments:,}",
                _duration(lead),
                f"{failed:,}",
                _duration(restored),
            )
    return keys


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "not known"
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{days} d {hours} h" if days else f"{seconds / 3600:.1f} h"
