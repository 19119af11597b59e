"""What somebody is called, in every column that can hold it: by the inventory's word on whom a table is about, and by
the database's own on its columns.
"""

from django.apps import apps
from django.db import connection as database

from backend.inventory import TABLES
from backend.inventory.terms import DataClass
from tests.governance.holdings import Somebody, along

_SEALED = "sealed under the key that is destroyed, or empty: nothing is written here in clear"
NO_WORDS = {
    **dict.fromkeys(
        (
            *("audit_event.actor_email", "audit_event.changes", "audit_event.changes_text"),
            *("audit_event.object_repr", "audit_event.serialized_data", "audit_event.operator"),
        ),
        _SEALED,
    ),
    "audit_event.subject": "a number, as user/12",
    "audit_subjectkey.subject": "a number, as user/12",
    "accounts_reviewedaccount.teams": "names of teams",
    "delivery_issuetransition.before": "an account's id, which is found as a whole",
    "delivery_issuetransition.after": "likewise",
    "governance_securityincident.figures": "numbers and keys, as they are counted",
    "governance_securityincident.closing": "times, numbers and keys; a digest of the words",
    "people_merge.acting_user": "an account's address, which is found as a whole",
    "people_merge.undone_by": "likewise",
}
"""Personal columns that no erasure reads for names among words, and what stands there instead."""
_TEXTS = """
    SELECT class.relname, attribute.attname FROM pg_attribute attribute
    JOIN pg_class class ON class.oid = attribute.attrelid
    JOIN pg_type type ON type.oid = attribute.atttypid
    LEFT JOIN pg_type element ON element.oid = type.typelem
    WHERE class.relnamespace = 'public'::regnamespace AND class.relkind IN ('r', 'p') AND NOT class.relispartition
        AND attribute.attnum > 0 AND NOT attribute.attisdropped
        AND ('S' IN (type.typcategory, element.typcategory) OR type.typname IN ('json', 'jsonb', 'inet'))
"""


def texts() -> set[tuple[str, str]]:
    """Each table's columns that a name fits into, as the database knows them."""
    with database.cursor() as cursor:
        cursor.execute(_TEXTS)
        return set(cursor.fetchall())


def name_in_every_table(whose: Somebody, *, beside: Somebody) -> None:
    """A row by each way by which a table is about somebody, that names them wherever it has room."""
    for label, table in TABLES.items():
        for path in table.about.split():
            if path != "pk":
                along(apps.get_model(label), path, whose, beside)


def named_in(mark: str) -> set[str]:
    """Columns with any row that holds it, as table.column."""
    found = set()
    with database.cursor() as cursor:
        for table, column in texts():
            cursor.execute(
                f'SELECT EXISTS (SELECT FROM "{table}" WHERE "{column}"::text ILIKE %s)',  # noqa: S608 - the catalogue's own names
                [f"%{mark}%"],
            )
            if cursor.fetchone()[0]:
                found.add(f"{table}.{column}")
    return found


def impersonal() -> set[str]:
    """Columns that the inventory says to name nobody, as table.column."""
    models = apps.get_models(include_auto_created=True)
    return {
        f"{model._meta.db_table}.{column.name}"
        for model in models
        if not model._meta.proxy
        for column in TABLES[model._meta.label_lower].columns
        if column.data_class is not DataClass.PERSONAL
    }
