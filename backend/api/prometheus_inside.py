"""Numbers about the appliance itself: what waits within it, what it gave up, and how far its audit log is sealed;
how old its backup and its drill are, and how long its certificates are good.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db.models import Count, Max, Min, Model, QuerySet
from django.utils import timezone
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from backend.appliance import records
from backend.audit.chain_models import Head, Link
from backend.audit.models import Event
from backend.delivery.models import (
    PendingDeployments,
    PendingInvestment,
    PendingIssue,
    PendingMeasurement,
    PendingTestRuns,
)
from backend.governance.erasing import engine as erasing
from backend.governance.retention import engine as retention
from backend.keyring.certificates import certificates
from backend.sources.models import Hint

_TO_MEASURE: Final[dict[str, type[Model]]] = {
    "pull_requests": PendingMeasurement,
    "issues": PendingIssue,
    "deployments": PendingDeployments,
    "test_runs": PendingTestRuns,
    "investment": PendingInvestment,
}


def collect() -> Iterator[Metric]:
    yield from _waiting()
    yield _parked()
    yield from _audit_log()
    yield from _backups()
    yield _certificates()


def _waiting() -> Iterator[Metric]:
    """Every queue but the inbox, which is told by connection."""
    waiting = GaugeMetricFamily(
        "plumbline_work_waiting",
        "Pieces of work within the appliance that wait for their turn.",
        labels=["kind"],
    )
    oldest = GaugeMetricFamily(
        "plumbline_work_oldest_seconds", "How long the oldest of them has waited.", labels=["kind"]
    )
    queues: dict[str, tuple[QuerySet[Model], str]] = {
        f"measure_{kind}": (model._default_manager.all(), "since")
        for kind, model in _TO_MEASURE.items()
    }
    queues["erasures"] = (erasing.due(), "approved_at")
    queues["retention"] = (retention.due().order_by(), "started_at")
    for kind, (rows, since) in queues.items():
        found = rows.aggregate(number=Count("pk"), since=Min(since))
        waiting.add_metric([kind], found["number"])
        oldest.add_metric([kind], age(found["since"]))
    to_measure = GaugeMetricFamily(
        "plumbline_pull_requests_to_measure", "Changed, and not yet in the figures."
    )
    to_measure.add_metric([], waiting.samples[0].value)
    yield from (waiting, oldest, to_measure)


def _parked() -> Metric:
    parked = GaugeMetricFamily(
        "plumbline_parked",
        "Work that was given up after several tries, until somebody has it tried again.",
        labels=["kind"],
    )
    parked.add_metric(["inbox"], Hint.objects.exclude(parked_at=None).count())
    parked.add_metric(["erasures"], erasing.parked().count())
    return parked


def _audit_log() -> Iterator[Metric]:
    head = GaugeMetricFamily(
        "plumbline_audit_head_timestamp_seconds", "When the audit log's last head was signed."
    )
    signed = Head.objects.aggregate(at=Max("signed_at"))["at"]
    if signed is not None:
        head.add_metric([], signed.timestamp())
    unsealed = GaugeMetricFamily(
        "plumbline_audit_unsealed_seconds",
        "How long the oldest event behind the chain's end has waited to be sealed.",
    )
    unsealed.add_metric([], age(unsealed_since()))
    yield from (head, unsealed)


def _backups() -> Iterator[Metric]:
    """Of what there is none, nothing is told: an age of 0 would say that all is well."""
    backup_age = GaugeMetricFamily(
        "plumbline_backup_age_seconds", "How long ago the newest backup that lies there was made."
    )
    seconds = records.backup_age_seconds()
    if seconds is not None:
        backup_age.add_metric([], seconds)
    drill_age = GaugeMetricFamily(
        "plumbline_drill_age_seconds", "How long ago the last restore drill ended."
    )
    passed = GaugeMetricFamily("plumbline_drill_passed", "1 where the last restore drill passed.")
    last = records.last_drill()
    if last is not None:
        drill_age.add_metric([], age(last.finished_at))
        passed.add_metric([], last.passed)
    yield from (backup_age, drill_age, passed)


def _certificates() -> Metric:
    days = GaugeMetricFamily(
        "plumbline_certificate_days",
        "Whole days until a certificate of the installation ends; below zero once it has.",
        labels=["certificate"],
    )
    for one in certificates():
        days.add_metric([one.name], one.days)
    return days


def unsealed_since() -> datetime | None:
    """When the oldest event behind the chain's end was recorded; None: all of them are sealed."""
    last = Link.objects.aggregate(event=Max("event_id"))["event"] or 0
    behind = Event.objects.filter(pk__gt=last).order_by("pk").values_list("recorded_at", flat=True)
    oldest: datetime | None = behind.first()
    return oldest


def age(since: datetime | None) -> float:
    """Seconds; 0 where nothing waits."""
    return 0 if since is None else max((timezone.now() - since).total_seconds(), 0)
