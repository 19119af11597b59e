"""Numbers for a Prometheus scraper: what the sources were asked, what waits, how runs ended, how complete the data is.

Open to whoever holds the token in the secret file `metrics_token`, and to nobody where there is none; nginx passes it
on from a port of its own alone. No number is about a person, and no label names one.
"""

import hmac
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from django.db import transaction
from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, Sum, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from backend.api import prometheus_inside
from backend.connections.models import Connection
from backend.delivery.models import Project, Repository
from backend.governance import requests
from backend.keyring.files import secret_file
from backend.sources import completeness, issue_completeness
from backend.sources.budget import hour_of
from backend.sources.models import Cursor, Hint, SyncRun, Usage

TOKEN_FILE: Final = "metrics_token"  # noqa: S105 - a file's name
SHORTEST_TOKEN: Final = 16
"""Characters. A shorter one could be guessed, so it counts as none."""


@transaction.non_atomic_requests
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """404 where no token is set, 401 without the right one."""
    token = _token()
    if token is None:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        refusal = HttpResponse(status=HTTPStatus.UNAUTHORIZED)
        refusal["WWW-Authenticate"] = "Bearer"
        return refusal
    registry = CollectorRegistry()
    registry.register(Rows())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _token() -> str | None:
    try:
        token = secret_file(TOKEN_FILE).read_text().strip()
    except (FileNotFoundError, PermissionError):
        return None
    return token if len(token) >= SHORTEST_TOKEN else None


class Rows(Collector):
    """Everything as it stands in the database, so that each process of web tells the same."""

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from _connections()
        yield from _usage()
        yield from _hints()
        yield from _runs()
        yield from _ledger()
        yield from prometheus_inside.collect()
        yield _subject_requests()


def _subject_requests() -> Metric:
    standing = GaugeMetricFamily(
        "plumbline_subject_requests",
        "Requests of people about their own data that are not answered, by how much time is left.",
        labels=["timing"],
    )
    for timing, number in requests.timings().items():
        standing.add_metric([timing], number)
    return standing


def _connections() -> Iterator[Metric]:
    state = GaugeMetricFamily(
        "plumbline_connection_state",
        "1 for the state that the connection is in.",
        labels=["connection", "state"],
    )
    allowed = GaugeMetricFamily(
        "plumbline_source_requests_allowed",
        "Requests that the source may be asked in a clock hour.",
        labels=["connection"],
    )
    lag = GaugeMetricFamily(
        "plumbline_sync_lag_seconds",
        "How long ago the time lies up to which all of a connection is stored.",
        labels=["connection"],
    )
    now = timezone.now()
    fresh = completeness.fresh_by_connection() | issue_completeness.fresh_by_connection()
    for connection in Connection.objects.only("slug", "state", "requests_per_hour"):
        for one in Connection.State.values:
            state.add_metric([connection.slug, one], connection.state == one)
        allowed.add_metric([connection.slug], connection.requests_per_hour)
        if connection.state != Connection.State.PAUSED and connection.pk in fresh:
            lag.add_metric([connection.slug], (now - fresh[connection.pk]).total_seconds())
    yield from (state, allowed, lag)


def _usage() -> Iterator[Metric]:
    labels = ["connection", "interface"]
    names = {
        "requests": "Requests that the source was asked.",
        "not_modified": "Requests that were answered with: nothing has changed.",
        "points": "Points that the source charged for GraphQL.",
        "answer_seconds": "Time that answers took, all together.",
    }
    totals = {
        name: CounterMetricFamily(f"plumbline_source_{name}", told, labels=labels)
        for name, told in names.items()
    }
    hour = GaugeMetricFamily(
        "plumbline_source_requests_this_hour",
        "Requests within the clock hour that is under way.",
        labels=labels,
    )
    rows = _by(Usage.objects.all(), "interface").annotate(
        all_requests=Sum("requests"),
        all_not_modified=Sum("not_modified"),
        all_points=Sum("points"),
        all_answer_seconds=Sum("milliseconds") / 1000.0,
        this_hour=Sum("requests", filter=Q(hour=hour_of(timezone.now())), default=0),
    )
    for row in rows:
        key = [row["slug"], row["interface"]]
        for name, total in totals.items():
            total.add_metric(key, row[f"all_{name}"])
        hour.add_metric(key, row["this_hour"])
    yield from totals.values()
    yield hour


def _hints() -> Iterator[Metric]:
    now = timezone.now()
    state = Case(
        When(parked_at__isnull=False, then=Value("parked")),
        When(lease_until__gt=now, then=Value("working")),
        When(due_at__gt=now, then=Value("later")),
        default=Value("due"),
    )
    waiting = GaugeMetricFamily(
        "plumbline_hints",
        "Objects that have, or may have, changed and are not fetched yet.",
        labels=["connection", "kind", "state"],
    )
    oldest = GaugeMetricFamily(
        "plumbline_hints_oldest_due_seconds",
        "How long the work that is due has been waiting for its turn, at most.",
        labels=["connection", "kind"],
    )
    rows = _by(Hint.objects.annotate(standing=state), "kind", "standing")
    for row in rows.annotate(number=Count("pk"), since=Min("due_at")):
        waiting.add_metric([row["slug"], row["kind"], row["standing"]], row["number"])
        if row["standing"] == "due":
            oldest.add_metric([row["slug"], row["kind"]], (now - row["since"]).total_seconds())
    yield from (waiting, oldest)


def _runs() -> Iterator[Metric]:
    recent = GaugeMetricFamily(
        "plumbline_runs_last_day",
        "Collections that ended within 24 hours.",
        labels=["connection", "kind", "outcome"],
    )
    success = GaugeMetricFamily(
        "plumbline_last_success_timestamp_seconds",
        "When a collection of the kind last succeeded.",
        labels=["connection", "kind"],
    )
    ended = SyncRun.objects.filter(finished_at__isnull=False)
    since = timezone.now() - timedelta(days=1)
    for row in _by(ended, "kind", "outcome").annotate(
        number=Count("pk", filter=Q(finished_at__gte=since)), last=Max("finished_at")
    ):
        recent.add_metric([row["slug"], row["kind"], row["outcome"]], row["number"])
        if row["outcome"] == SyncRun.Outcome.SUCCEEDED:
            success.add_metric([row["slug"], row["kind"]], row["last"].timestamp())
    yield from (recent, success)


def _ledger() -> Iterator[Metric]:
    """Of the repositories and projects that are read. What nobody counted is in no sum."""
    expected = GaugeMetricFamily(
        "plumbline_objects_expected",
        "Objects that the source counts, of repositories and projects that were counted.",
        labels=["connection", "kind"],
    )
    held = GaugeMetricFamily(
        "plumbline_objects_held",
        "Of these, objects that are stored.",
        labels=["connection", "kind"],
    )
    standing = {
        of: GaugeMetricFamily(
            f"plumbline_{of}",
            f"{of.title()} by how complete the kind is there.",
            labels=["connection", "kind", "state"],
        )
        for of in ("repositories", "projects")
    }
    state = Case(
        When(~Q(unavailable=""), then=Value("unavailable")),
        When(~Q(gap="") | Q(held__lt=F("expected")), then=Value("incomplete")),
        When(Q(expected__isnull=True) | Q(held__isnull=True), then=Value("not_counted")),
        default=Value("complete"),
    )
    read = Q(repository__state=Repository.State.ACTIVE) | Q(
        project__state=Project.State.ACTIVE, kind=Hint.Kind.ISSUES
    )
    sums: dict[tuple[str, str], list[int]] = {}
    for row in _by(
        Cursor.objects.filter(read).annotate(standing=state), "kind", "standing"
    ).annotate(
        number=Count("pk"),
        source=Sum("expected", filter=Q(held__isnull=False), default=0),
        stored=Sum("held", filter=Q(expected__isnull=False), default=0),
    ):
        key = (row["slug"], row["kind"])
        of = "projects" if row["kind"] == Hint.Kind.ISSUES else "repositories"
        standing[of].add_metric([*key, row["standing"]], row["number"])
        if row["standing"] in {"complete", "incomplete"}:
            both = sums.setdefault(key, [0, 0])
            both[0], both[1] = both[0] + row["source"], both[1] + row["stored"]
    for (slug, kind), (source, stored) in sums.items():
        expected.add_metric([slug, kind], source)
        held.add_metric([slug, kind], stored)
    yield from (expected, held, *standing.values())


def _by(rows: QuerySet[Any], *names: str) -> QuerySet[Any, dict[str, Any]]:
    """Grouped by connection and these."""
    return rows.order_by().values(*names, slug=F("connection__slug"))
