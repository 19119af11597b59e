"""Rows in every table that belongs to a connection, made from the models alone, so that no new table is forgotten."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, count
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection as database
from django.db import models
from django.db.models import ForeignKey, Model

from backend.connections.models import Connection
from backend.delivery.models import Ownership
from backend.delivery.store.test_partitions import make_partitions
from backend.governance.erasing.cascade import reached, tables
from backend.metrics.models import ActivityDay, MeasuredIdentity
from backend.people.models import Identity, Membership, Merge, Offer, Person, Team
from backend.sources.models import Cursor, SyncRun
from tests.factories import a_connection

ROWS = 6
DAY = date(2026, 3, 2)
MOMENT = datetime(2026, 3, 2, 9, tzinfo=UTC)
_numbers = count(1000)
NOTED = (
    *("governance_erasure", "audit_event", "audit_signeddocument", "tombstones_tombstone"),
    *("accounts_user", "django_content_type", "audit_unsealed", "audit_subjectkey"),
    # What is to be computed anew.
    *("delivery_pendinginvestment", "delivery_pendingdeployments", "delivery_pendingissue"),
)
"""Tables that an erasure writes to."""
_ONE_OF_TWO = {
    Cursor: ("repository", "project"),
    SyncRun: ("repository", "project"),
    Ownership: ("repository", "project"),
    ActivityDay: ("pull_request", "issue"),
}


def fill(*, rows: int = ROWS, kept: Iterable[Person] = ()) -> Connection:
    """A connection with so many rows in each of its tables; `kept` are people that it knows, and others as well."""
    make_partitions(today=DAY)
    connection = a_connection()
    team = Team.objects.create(slug=f"team-{next(_numbers)}", name="A team")
    made: dict[type[Model], list[Any]] = {Connection: [connection], Team: [team]}
    for reach in reversed(reached(Connection)):
        if reach.model is Connection:
            continue
        single = any(
            isinstance(one, models.OneToOneField) and one.related_model is Connection
            for one in reach.model._meta.local_fields
        )
        some = [
            reach.model(**_values(reach.model, number, made))
            for number in range(1 if single else rows)
        ]
        made[reach.model] = reach.model._default_manager.bulk_create(some)
    _people(made[Identity], list(kept))
    return connection


def _people(identities: list[Identity], kept: list[Person]) -> None:
    """Each identity somebody's, with a merge that tells of it, in teams that the connection found and by hand."""
    by_hand = Team.objects.create(slug=f"team-{next(_numbers)}", name="By hand")
    found = Team.objects.create(
        slug=f"team-{next(_numbers)}",
        name="Found",
        source="github",
        connection=identities[0].connection,
        external_id=str(next(_numbers)),
    )
    for number, identity in enumerate(identities):
        new = number >= len(kept)
        person = Person.objects.create(name=f"dev {identity.pk}") if new else kept[number]
        Identity.objects.filter(pk=identity.pk).update(person=person)
        for team in (found, by_hand) if new else (by_hand,):
            Membership.objects.create(team=team, person=person)
        Merge.objects.create(
            person_key=person.pk,
            reason="certain",
            merged_at=MOMENT,
            evidence=[["same address", f"{identity.login}@plumbline.example"]],
            moved={
                "made": True,
                "persons": [],
                "identities": [[identity.pk, None]],
                "rows": [],
                "memberships": {"moved": [], "removed": [], "changed": []},
            },
        )


def _values(model: type[Model], number: int, made: dict[type[Model], list[Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for one in model._meta.local_concrete_fields:
        if isinstance(one, ForeignKey):
            values[one.name] = _referred(one, number, made)
        elif not isinstance(one, models.AutoField) and not one.null:
            values[one.name] = _value(one)
    if model in _ONE_OF_TWO:
        values[_ONE_OF_TWO[model][number % 2]] = None
    if model is Offer:
        pairs = list(combinations(made[Identity], 2))
        values["first"], values["second"] = pairs[number]
    if model is MeasuredIdentity:
        values["key"] = -values["identity"].pk
    return values


def _referred(one: "ForeignKey[Any, Any]", number: int, made: dict[type[Model], list[Any]]) -> Any:
    there = made.get(one.related_model, [])
    return there[number % len(there)] if there else None


_OF_KIND: dict[str, Callable[[int], Any]] = {
    "BooleanField": lambda _: False,
    "DateField": lambda number: DAY + timedelta(days=number % 20),
    "DateTimeField": lambda number: MOMENT + timedelta(seconds=number),
    "JSONField": lambda _: {},
    "BinaryField": lambda _: b"sealed",
    "UUIDField": lambda number: UUID(int=number),
    "FloatField": float,
    "IntegerSetField": lambda _: "{[1,3)}",
    "SmallIntegerField": lambda _: 1,
    "PositiveSmallIntegerField": lambda _: 1,
}


def _value(one: "models.Field[Any, Any]") -> Any:
    number, kind = next(_numbers), one.get_internal_type()
    if one.choices:
        return next(value for value, _ in one.flatchoices if value)
    if isinstance(one, ArrayField):
        return []
    if isinstance(one, models.CharField | models.TextField):
        return f"{one.name}-{number}"[-(one.max_length or 100) :]
    return _OF_KIND.get(kind, int)(number)


def everything(*, but: Iterable[str] = ()) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    found = {}
    with database.cursor() as cursor:
        for model in tables():
            table = model._meta.db_table
            if table not in but:
                cursor.execute(f'SELECT one::text FROM "{table}" one ORDER BY 1')  # noqa: S608 - models' own names
                found[table] = [row for (row,) in cursor.fetchall()]
    return found


def lost(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, int]:
    """How many rows are as before no more, by table."""
    gone = {table: set(before[table]) - set(after[table]) for table in before}
    return {table: len(rows) for table, rows in gone.items() if rows}


def gained(before: dict[str, list[str]], after: dict[str, list[str]]) -> set[str]:
    return {row for table in before for row in set(after[table]) - set(before[table])}
