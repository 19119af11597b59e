"""What was affected: classes of data by the inventory, people and records by the database, acts by the audit log.

All of what was chosen counts, so that numbers are upper bounds: who could read a table could read each of its rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.db import transaction
from django.db.models import BigIntegerField, F, Model, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.events import record
from backend.connections.models import Connection
from backend.governance.erasing import connection as one_connection
from backend.governance.incidents.evidence import evidence
from backend.governance.incidents.register import NotPossible, is_open
from backend.governance.models import SecurityIncident
from backend.inventory import AREAS, TABLES
from backend.inventory.terms import Area, DataClass, Table
from backend.people.models import Identity, Person

_ACCOUNTS: Final = -(10**12)
"""Below it are keys of accounts that are nobody's; those of accounts outside are between it and zero."""


@dataclass(frozen=True, kw_only=True)
class Exposed:
    """What was, or may have been, open to whom it is not for."""

    start: datetime | None = None
    end: datetime | None = None
    """None: it goes on."""
    tables: list[str] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)


@transaction.atomic
def expose(*, incident: SecurityIncident, exposed: Exposed, acting_user: User) -> None:
    """Say what was exposed, and count it. Raises NotPossible."""
    locked = is_open(incident)
    _check(exposed)
    locked.exposed_from, locked.exposed_until = exposed.start, exposed.end
    locked.exposed_tables = sorted(set(exposed.tables))
    locked.exposed_connections = sorted(set(exposed.connections))
    locked.exposed_accounts = sorted(set(exposed.accounts))
    _count(locked)
    locked.save(
        update_fields=[
            *("exposed_from", "exposed_until", "exposed_tables", "exposed_connections"),
            *("exposed_accounts", "figures", "counted_at"),
        ]
    )
    record(name="security_incident_scoped", actor=acting_user, subject=locked)


@transaction.atomic
def recount(*, incident: SecurityIncident, acting_user: User) -> None:
    """What was chosen, as it is now. Raises NotPossible where nothing was."""
    locked = is_open(incident)
    if locked.counted_at is None:
        raise NotPossible("Say first what was exposed: a period, tables, connections or accounts.")
    _count(locked)
    locked.save(update_fields=["figures", "counted_at"])
    record(name="security_incident_counted", actor=acting_user, subject=locked)


def exposed_of(incident: SecurityIncident) -> Exposed:
    return Exposed(
        start=incident.exposed_from,
        end=incident.exposed_until,
        tables=list(incident.exposed_tables),
        connections=list(incident.exposed_connections),
        accounts=list(incident.exposed_accounts),
    )


def choices() -> list[Area]:
    """What can have been exposed: areas whose tables web may read."""
    return [area for area in AREAS if any(_is_read(one) for one in area.tables)]


def areas_of(labels: Sequence[str]) -> list[Area]:
    """To which these tables belong, in the inventory's order."""
    wanted = {*labels}
    return [area for area in AREAS if wanted & {table.label for table in area.tables}]


def _check(exposed: Exposed) -> None:
    if unknown := [one for one in exposed.tables if one not in TABLES]:
        message = f"There is no such table: {', '.join(unknown)}. Choose from the inventory."
        raise NotPossible(message)
    known = set(Connection.objects.filter(pk__in=exposed.connections).values_list("pk", flat=True))
    if {*exposed.connections} - known:
        raise NotPossible("There is no such connection any more: choose again.")
    if {*exposed.accounts} - set(
        User.objects.filter(pk__in=exposed.accounts).values_list("pk", flat=True)
    ):
        raise NotPossible("There is no such account: choose again.")
    if exposed.start is None and not (exposed.tables or exposed.connections or exposed.accounts):
        raise NotPossible("Choose a period, tables, connections or accounts.")
    if exposed.end is not None and (exposed.start is None or exposed.end <= exposed.start):
        raise NotPossible("The period ends before it begins: correct one of its times.")
    if exposed.start is not None and exposed.start > timezone.now():
        raise NotPossible("The period begins at a time that is still to come: correct it.")


def _count(incident: SecurityIncident) -> None:
    incident.counted_at = timezone.now()
    incident.figures = figures(exposed_of(incident))


def figures(exposed: Exposed) -> dict[str, Any]:
    """As they are now: numbers and keys alone, so that nothing of it needs to be erased with anybody."""
    rows: dict[str, int | None] = {label: _rows(TABLES[label]) for label in exposed.tables}
    for pk in exposed.connections:
        for label, number in _by_connection(pk).items():
            # A table that is exposed as a whole is so with what came by any connection.
            if label not in exposed.tables:
                rows[label] = (rows.get(label) or 0) + number
    told = dict(sorted(rows.items()))
    return {
        "people": _people(exposed),
        "records": sum(number or 0 for number in told.values()),
        "tables": [{"table": label, "rows": number} for label, number in told.items()],
        "classes": _classes(told),
        **evidence(exposed.start, exposed.end, exposed.accounts),
    }


def _classes(rows: dict[str, int | None]) -> list[dict[str, Any]]:
    found = []
    for one in DataClass:
        having = [
            label
            for label in rows
            if any(column.data_class is one for column in TABLES[label].columns)
        ]
        if having:
            records = sum(rows[label] or 0 for label in having)
            found.append({"data_class": one.value, "tables": len(having), "records": records})
    return found


def _is_read(table: Table) -> bool:
    """By web, and through a model; Django's own note of its migrations has none."""
    may = any(given.startswith("SELECT") for given in table.grants.get("web", ()))
    return may and table.label.partition(".")[0] in apps.app_configs


def _rows(table: Table) -> int | None:
    """None: this process may not read it, so that nobody can count it here."""
    return apps.get_model(table.label)._base_manager.count() if _is_read(table) else None


def _by_connection(pk: int) -> dict[str, int]:
    labels = {model._meta.db_table: model._meta.label_lower for model in apps.get_models()}
    return {
        labels[table]: number
        for table, number in one_connection.preview(pk, "").items()
        if table in labels
    }


def _people(exposed: Exposed) -> int:
    """Each once, by whatever account and table. One statement."""
    sets = [one for label in exposed.tables for one in _about(TABLES[label])]
    if exposed.connections:
        of_these = Identity.objects.filter(connection__in=exposed.connections, is_bot=False)
        sets.append(_keys(of_these, Coalesce("person_id", -F("pk"))))
    if exposed.accounts:
        sets.append(_keys(User.objects.filter(pk__in=exposed.accounts), _of_account("")))
    return sets[0].union(*sets[1:]).count() if sets else 0


def _about(table: Table) -> Iterator["QuerySet[Any, Any]"]:
    """Keys of the people that a table's rows are about, by each of the inventory's ways."""
    if not _is_read(table):
        return
    model = apps.get_model(table.label)
    for path in table.about.split():
        rows = model._base_manager.all()
        at = _end_of(model, path)
        above = path.rpartition("__")[0]
        if at is User:
            yield _keys(rows, _of_account("" if path == "pk" else f"{path}__"))
        elif at is Person and _is_identity(model, above):
            to = f"{above}__" if above else ""
            found = rows.filter(**{f"{to}is_bot": False})
            yield _keys(found, Coalesce(f"{to}person_id", -F(f"{to}pk")))
        else:
            yield _keys(rows, F(path))


def _end_of(model: type[Model], path: str) -> type[Model] | None:
    """The model that a path ends at; None: at a number."""
    found: Any = model
    for name in path.split("__"):
        if name != "pk":
            found = found._meta.get_field(name).related_model
    return found  # type: ignore[no-any-return] # of Django's own registry


def _is_identity(model: type[Model], above: str) -> bool:
    return (_end_of(model, above) if above else model) is Identity


def _of_account(to: str) -> Coalesce:
    """The person whose account it is, or the account itself where it is nobody's."""
    return Coalesce(f"{to}person_id", Value(_ACCOUNTS) - F(f"{to}pk"))


def _keys(rows: "QuerySet[Any, Any]", key: Any) -> "QuerySet[Any, Any]":  # noqa: ANN401 - any expression
    found = rows.order_by().annotate(whom=Cast(key, BigIntegerField()))
    keys: QuerySet[Any, Any] = found.exclude(whom=None).values_list("whom", flat=True).distinct()
    return keys
