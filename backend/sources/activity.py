"""What collecting does and did: how each connection fares and what it is asked for, last runs, and parked work."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from backend.connections.models import Connection
from backend.delivery.models import Project, Repository
from backend.sources import hints
from backend.sources.models import Hint, SyncRun, Usage
from backend.sources.progress import Run

DAY: Final = timedelta(days=1)
RUNS_OF_PACE: Final = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """What a connection was asked for since some time."""

    requests: int
    not_modified: int
    points: int


@dataclass(frozen=True, slots=True)
class ConnectionActivity:
    connection: Connection
    repositories: int
    """Those that are read."""
    projects: int
    """Likewise, of a Jira."""
    last_synced_at: datetime | None
    """When a look at the connection last began that ended well."""
    waiting_until: datetime | None
    this_hour: Asked
    last_day: Asked


@dataclass(frozen=True, slots=True)
class Parked:
    hint: Hint
    repository: str | None
    """Its name, or a project's key; None: the whole connection, or one that is not known yet."""
    since: datetime


def connections() -> list[ConnectionActivity]:
    """Every connection by name. Six statements."""
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    this_hour, last_day = _asked(hour), _asked(hour - DAY)
    waits = dict(
        SyncRun.objects.filter(retry_at__gt=now)
        .values_list("connection")
        .annotate(until=Max("retry_at"))
        .order_by()
    )
    repositories = _read(Repository.objects.filter(state=Repository.State.ACTIVE))
    projects = _read(Project.objects.filter(state=Project.State.ACTIVE))
    nothing = Asked(0, 0, 0)
    return [
        ConnectionActivity(
            connection=connection,
            repositories=repositories.get(connection.pk, 0),
            projects=projects.get(connection.pk, 0),
            last_synced_at=connection.synced_at,
            waiting_until=waits.get(connection.pk),
            this_hour=this_hour.get(connection.pk, nothing),
            last_day=last_day.get(connection.pk, nothing),
        )
        for connection in Connection.objects.annotate(synced_at=_looked_at()).order_by("name", "pk")
    ]


def is_one_unseen() -> bool:
    """Whether it is not known yet what there is at a connection. Those that are paused aside."""
    unseen = Connection.objects.exclude(state=Connection.State.PAUSED).filter(
        ~Exists(Repository.objects.filter(connection=OuterRef("pk"))),
        ~Exists(Project.objects.filter(connection=OuterRef("pk"))),
    )
    return unseen.annotate(at=_looked_at()).filter(at=None).exists()


def _looked_at() -> Subquery:
    """When a look at the connection last began that ended well."""
    surveys = SyncRun.objects.filter(
        connection=OuterRef("pk"),
        kind__in=(Hint.Kind.CONNECTION, Hint.Kind.PROJECTS),
        outcome=SyncRun.Outcome.SUCCEEDED,
    )
    return Subquery(surveys.order_by("-started_at").values("started_at")[:1])


def _read(rows: QuerySet[Any]) -> dict[int, int]:
    return dict(rows.values_list("connection").annotate(n=Count("pk")).order_by())


def _asked(since: datetime) -> dict[int, Asked]:
    sums = (
        Usage.objects.filter(hour__gte=since)
        .values_list("connection")
        .annotate(Sum("requests"), Sum("not_modified"), Sum("points"))
        .order_by()
    )
    return {connection: Asked(*numbers) for connection, *numbers in sums}


def last_runs(repositories: Iterable[int]) -> dict[int, SyncRun]:
    """The run of each repository that ended last, whatever it collected. One statement."""
    ended = SyncRun.objects.filter(repository__in=repositories, finished_at__isnull=False)
    latest = ended.order_by("repository", "-finished_at", "-pk").distinct("repository")
    return {run.repository_id: run for run in latest if run.repository_id is not None}


def last_runs_of_projects(projects: Iterable[int]) -> dict[int, SyncRun]:
    """Likewise of projects."""
    ended = SyncRun.objects.filter(project__in=projects, finished_at__isnull=False)
    latest = ended.order_by("project", "-finished_at", "-pk").distinct("project")
    return {run.project_id: run for run in latest if run.project_id is not None}


def _parked() -> QuerySet[Hint]:
    return Hint.objects.exclude(parked_at=None)


def parked(limit: int) -> tuple[list[Parked], int]:
    """Work that was given up, the latest first, and how much there is of it. Three statements."""
    whose = Q(connection=OuterRef("connection"), external_id=OuterRef("container_external_id"))
    name = Coalesce(
        Subquery(Repository.objects.filter(whose).values("name_with_owner")),
        Subquery(Project.objects.filter(whose).values("key")),
    )
    found: QuerySet[Any] = (
        _parked()
        .select_related("connection")
        .annotate(repository=name)
        .order_by("-parked_at", "-pk")
    )
    return [
        Parked(hint, hint.repository, hint.parked_at) for hint in found[:limit]
    ], _parked().count()


@transaction.atomic
def retry(ids: Sequence[int]) -> list[Hint]:
    """Try parked work again, of those hints that are still parked; whoever calls rings the bell."""
    found = list(_parked().filter(pk__in=ids).select_for_update().order_by("pk"))
    for hint in found:
        hints.retry(hint)
    return found


def pace(connection: int, *, since: datetime) -> list[Run]:
    """The connection's latest runs that ended, in order of time: what the pace of its first fill is told by.

    Runs of other kinds than pull requests took their time as well, and read nothing of them.
    """
    ended = SyncRun.objects.filter(
        connection=connection, started_at__gte=since, finished_at__isnull=False
    )
    return [
        Run(
            began_at=run.started_at,
            ended_at=run.finished_at or run.started_at,
            read=run.stored if run.kind == Hint.Kind.PULL_REQUESTS else 0,
            waits_until=run.retry_at,
        )
        for run in reversed(ended.order_by("-pk")[:RUNS_OF_PACE])
    ]
