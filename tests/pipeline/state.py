"""What stands in the database: row versions, and rows by what the source calls things, not by our own keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import connection as database
from django.db import transaction
from django.db.models import ForeignKey, Model
from django.utils import timezone

from backend.connections.models import Connection
from backend.delivery.models import PendingDeployments
from backend.metrics.compute import catch_up
from backend.metrics.measuring import anything_waits, measure_some
from backend.pipeline.work import check_connection, work
from backend.sources import hints
from backend.sources.models import Hint, SyncRun

DOMAIN = ("people", "delivery", "metrics")
_NAMED = {
    "connections.Connection": (),
    "people.Identity": ("kind", "login", "external_id", "account_id"),
    "people.Person": ("name",),
    "people.Team": ("slug",),
    "people.DirectoryUser": ("user_name",),
    "people.DirectoryGroup": ("display_name",),
    "delivery.Repository": ("external_id",),
    "delivery.Project": ("external_id",),
    "delivery.IssueType": ("external_id",),
    "delivery.IssueStatus": ("external_id",),
    "delivery.Board": ("external_id",),
    "delivery.Issue": ("external_id",),
    "delivery.PullRequest": ("external_id",),
    "delivery.Commit": ("sha",),
    "delivery.Owner": ("external_id",),
    "delivery.CheckSuite": ("external_id",),
    "delivery.WorkflowRun": ("external_id", "attempt"),
    "delivery.Deployment": ("external_id",),
    "metrics.PullRequestFact": ("pull_request__external_id",),
    "metrics.ServiceDeployment": ("service", "environment", "source", "key"),
    "delivery.Incident": ("external_id",),
    "delivery.AutomatedTest": ("suite", "name"),
    "delivery.ResultUpload": ("key",),
    "delivery.IngestToken": ("beginning",),
    "accounts.User": ("email",),
    "metrics.IssueFact": ("issue__external_id",),
    "metrics.RunFact": ("source", "repository__external_id", "name", "sha", "finished_at"),
}
"""What the source, or a person, knows a row by, where other rows refer to it."""
_OPERATIONAL = {
    "metrics.Basis",
    "metrics.MeasuredIdentity",
    "metrics.MeasuredMembership",
    "metrics.MeasuredTeam",
    "people.Merge",
    "people.MatchRun",
}
"""How far measuring and matching have come, by our own keys."""
_OF_THE_MOMENT = {
    "author_key",
    "computed_at",
    "since",
    "measured_at",
    "read_at",
    "origin",
    "noted_by",
}
"""Times of computing, and values that hold our own keys."""


def collect(connection: Connection) -> None:
    """What a worker does: check, work off the inbox, measure."""
    check_connection(connection)
    while work(connection=connection):
        pass
    measure()


def time_passes() -> None:
    """All that somebody waits for is over: delays, leases of the dead, waits that a source asked for."""
    past = timezone.now() - timedelta(seconds=1)
    Hint.objects.exclude(lease_until=None).update(lease_until=past)
    Hint.objects.update(due_at=past)
    SyncRun.objects.exclude(retry_at=None).update(retry_at=past)
    PendingDeployments.objects.update(not_before=None)


def measure() -> None:
    """To the end, with what was put off."""
    PendingDeployments.objects.update(not_before=None)
    catch_up()
    while measure_some():
        pass


def work_to_the_end(connection: Connection, *, rounds: int = 2 * hints.ATTEMPTS) -> None:
    """Work, let time pass, and work again, until the inbox is empty."""
    for _ in range(rounds):
        while work(connection=connection):
            pass
        if not Hint.objects.filter(connection=connection).exists():
            break
        time_passes()
    else:
        raise AssertionError(f"work that never ends: {list(Hint.objects.values())}")
    measure()
    assert not anything_waits()


def models() -> list[type[Model]]:
    """Every table of the domain, by name."""
    found = [model for app in DOMAIN for model in apps.get_app_config(app).get_models()]
    return sorted(found, key=lambda model: model._meta.db_table)


def row_versions() -> dict[str, list[tuple[Any, ...]]]:
    """Each row's place and writing transaction: both change when anything writes to it."""
    found = {}
    with database.cursor() as cursor:
        for model in models():
            table = model._meta.db_table
            key = ", ".join(f'"{field.column}"' for field in model._meta.pk_fields)
            cursor.execute(f'SELECT {key}, xmin::text, ctid::text FROM "{table}" ORDER BY {key}')  # noqa: S608
            found[table] = cursor.fetchall()
    return found


def rows() -> dict[str, list[str]]:
    """All rows without surrogate keys and times of computing, referred to by what the source calls them."""
    return {
        model._meta.label: sorted(_rows(model))
        for model in models()
        if model._meta.label not in _OPERATIONAL
    }


def different(first: dict[str, list[str]], second: dict[str, list[str]]) -> dict[str, Any]:
    """Table by table, a few of the rows that only one of them has; empty where both are the same."""
    return {
        name: sorted(set(first[name]) ^ set(second[name]))[:4] or "counts"
        for name in first
        if first[name] != second[name]
    }


def _rows(model: type[Model]) -> Iterator[str]:
    columns: list[str] = []
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey):
            columns += _reference(field)
        elif not field.primary_key and field.name not in _OF_THE_MOMENT:
            columns.append(field.name)
    for row in model._default_manager.values_list(*columns):
        yield repr(row)


def _reference(field: ForeignKey[Any, Any]) -> list[str]:
    label = field.related_model._meta.label
    return [f"{field.name}__{name}" for name in _NAMED[label]]


@contextmanager
def taken_back() -> Iterator[None]:
    """What the block writes is forgotten. A test's own transaction, in which sources may be asked all the same."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined] # as Django marks its own
    with block:
        yield
        transaction.set_rollback(True)
