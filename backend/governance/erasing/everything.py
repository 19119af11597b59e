"""Erasing everything that was collected, whatever it came by, and all that was computed of it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.db import connection as database
from django.db.models import ForeignKey, Model

from backend.connections.models import Connection
from backend.governance.erasing import connection as one_connection
from backend.governance.erasing.cascade import all_of, count, references, steps_of, tables
from backend.governance.erasing.steps import Step, statement
from backend.governance.erasing.stopping import stop_connection
from backend.governance.models import Erasure

STAYS: Final[Mapping[str, str]] = {
    "accounts": "who may sign in, and the record of it",
    "account": "who may sign in",
    "mfa": "who may sign in",
    "usersessions": "who may sign in",
    "socialaccount": "who may sign in",
    "sessions": "who is signed in",
    "auth": "no data of anybody",
    "admin": "what was done in the administration",
    "audit": "the audit log and the signed documents, this erasure's certificate among them",
    "governance": "that it was erased, by whom and when",
    "appliance": "that backups were made, and maintenance, a setting of the operator",
    "tombstones": "so that it stays erased",
    "outbound": "the ledger of what left, which names hosts and no people",
    "delivery.horizon": "a setting of retention, as it was last applied",
    "contenttypes": "no data of anybody",
    "people.organisation": "settings",
    "people.directoryuser": "the directory's own list of who may sign in",
    "people.directoryemail": "the directory's own list of who may sign in",
    "delivery.deliverysettings": "settings",
    "delivery.generatedfilerule": "settings",
    "delivery.deploymentrule": "settings",
    "delivery.hotfixrule": "settings",
    "delivery.artifactrule": "settings",
    "delivery.investmentcategory": "settings",
    "delivery.investmentrule": "settings",
}
"""Models, or whole apps, that nothing of goes, and why."""
GOES: Final = frozenset({"accounts.teamgrant"})
"""Of an app that stays: a team is no more, so nobody is given it."""


def doomed() -> list[type[Model]]:
    return [model for model in tables() if not _stays(model)]


def _stays(model: type[Model]) -> bool:
    options = model._meta
    if options.label_lower in GOES:
        return False
    return options.label_lower in STAYS or options.app_label in STAYS


def links() -> list["ForeignKey[Any, Any]"]:
    """From what stays to what goes: these become empty."""
    going = set(doomed())
    return [one for one in references() if one.model not in going and one.related_model in going]


def name(_: int | None) -> str:
    return "everything"


def preview(_: int | None, _mode: str) -> Mapping[str, int]:
    found = count(all_of(doomed()), None)
    for one in links():
        table = one.model._meta.db_table
        rows = one.model._default_manager.exclude(**{one.name: None}).count()
        found |= {table: found.get(table, 0) + rows} if rows else {}
    return found


def known_by(_: int | None) -> Mapping[str, Collection[str]]:
    names: dict[str, set[str]] = {}
    for pk in Connection.objects.values_list("pk", flat=True):
        for kind, known in one_connection.known_by(pk).items():
            names.setdefault(kind, set()).update(known)
    return names


def found_by(_: str, _digests: Collection[bytes]) -> set[int]:
    """Nothing: what an old backup brings back is found as connections and people."""
    return set()


def steps(_: Erasure) -> Sequence[Step]:
    connections = list(Connection.objects.order_by("pk").values_list("pk", flat=True))
    return [
        *(step for pk in connections for step in stop_connection(pk)),
        *(_unlink(one) for one in links()),
        *steps_of(all_of(doomed()), None),
    ]


def _unlink(one: "ForeignKey[Any, Any]") -> Step:
    name, quote = one.model._meta.db_table, database.ops.quote_name
    table, column = quote(name), quote(one.column)
    some = f"SELECT id FROM {table} WHERE {column} IS NOT NULL LIMIT %(limit)s"  # noqa: S608 - models' own names
    return statement(name, f"UPDATE {table} SET {column} = NULL WHERE id IN ({some})", {})  # noqa: S608 - constants
