"""Make the database's privileges agree with the inventory, and tell where they do not.

Which role may do what to which table is declared in `backend.inventory`, table by table.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from django.db import connection as database
from django.db.backends.base.base import BaseDatabaseWrapper

from backend.config.declared import columns_of_model, managed_models
from backend.governance.asvs.checks import Weak, check
from backend.inventory import TABLES
from backend.inventory.roles import READS_ALL, ROLES, ROUTINES
from backend.inventory.terms import columns_of

_BY_COLUMN: Final = frozenset({"SELECT", "INSERT", "UPDATE"})


class Privilege(NamedTuple):
    """`column` is empty for what is of a whole table, such as DELETE; of a function `table` is its signature."""

    role: str
    table: str
    column: str
    name: str

    def __str__(self) -> str:
        of = f"{self.table}.{self.column}" if self.column else self.table
        return f"{self.name} on {of} for {self.role}"


def statements(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """SQL that takes every privilege back and grants the declared ones; for one transaction, as the owner."""
    quote = connection.ops.quote_name
    # Everybody may execute what is new, such as all that was restored.
    for role in ("PUBLIC", *ROLES):
        for kind in ("TABLES", "SEQUENCES", "ROUTINES"):
            yield f"REVOKE ALL ON ALL {kind} IN SCHEMA public FROM {role}"
    for label, model in managed_models().items():
        table = quote(model._meta.db_table)
        for role, privileges in TABLES[label].grants.items():
            if privileges:
                yield f"GRANT {', '.join(privileges)} ON {table} TO {role}"
    for kind in ("TABLES", "SEQUENCES"):
        yield f"GRANT SELECT ON ALL {kind} IN SCHEMA public TO {READS_ALL}"
        # Months of test results get tables of their own between two starts.
        yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON {kind} TO {READS_ALL}"
    for routine, roles in ROUTINES.items():
        yield f"GRANT EXECUTE ON FUNCTION {routine} TO {', '.join(roles)}"


def declared() -> set[Privilege]:
    """Every privilege that a role is to have, column by column."""
    found = {
        Privilege(role, routine, "", "EXECUTE")
        for routine, roles in ROUTINES.items()
        for role in roles
    }
    for label, model in managed_models().items():
        table, every = model._meta.db_table, columns_of_model(model)
        found |= {Privilege(READS_ALL, table, column, "SELECT") for column in every}
        for role, privileges in TABLES[label].grants.items():
            for name, columns in map(columns_of, privileges):
                of = (columns or every) if name in _BY_COLUMN else ("",)
                found |= {Privilege(role, table, column, name) for column in of}
    return found


def granted(connection: BaseDatabaseWrapper) -> set[Privilege]:
    """Every privilege that a role does have: by itself, by another role, or because everybody has it.

    Partitions are left out: they are reached by the table that they are of, or not at all.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GRANTED, {"roles": list(ROLES), "reads_all": READS_ALL})
        return {Privilege(*row) for row in cursor.fetchall()}


def deviations(connection: BaseDatabaseWrapper) -> list[str]:
    """Where the database's privileges are not the declared ones, in words; empty where all is well."""
    should, does = declared(), granted(connection)
    return [
        *(f"granted and not in the inventory: {one}" for one in sorted(does - should)),
        *(f"in the inventory and not granted: {one}" for one in sorted(should - does)),
    ]


@check
def are_the_declared_ones() -> str:
    """Each process may do in the database what is declared, column by column, and nothing else."""
    if found := deviations(database):
        raise Weak(
            f"{len(found)} are not: {found[0]}",
            todo="On the host: docker compose run --rm migrate python manage.py grants",
        )
    return f"{len(declared()):,} privileges"


_GRANTED: Final = """
    WITH tables AS (
        SELECT oid, relname::text AS name, relispartition FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
    ), roles AS (SELECT unnest(%(roles)s::text[]) AS role)
    SELECT role, name, attname::text, privilege
    FROM roles, tables JOIN pg_attribute ON attrelid = oid AND attnum > 0 AND NOT attisdropped,
        unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS privilege
    WHERE NOT relispartition AND has_column_privilege(role, oid, attnum, privilege)
    UNION ALL
    SELECT role, name, '', privilege
    FROM roles, tables, unnest(ARRAY['DELETE', 'TRUNCATE', 'TRIGGER']) AS privilege
    WHERE has_table_privilege(role, oid, privilege)
    UNION ALL
    SELECT role, name, '', 'any privilege, though a partition' FROM roles, tables
    WHERE relispartition AND has_any_column_privilege(
        role, oid, CASE role WHEN %(reads_all)s THEN 'INSERT, UPDATE' ELSE 'SELECT, INSERT, UPDATE' END)
    UNION ALL
    SELECT role, replace(oid::regprocedure::text, ',', ', '), '', 'EXECUTE'
    FROM roles, pg_proc
    WHERE pronamespace = 'public'::regnamespace AND has_function_privilege(role, oid, 'EXECUTE')
        AND prorettype <> 'trigger'::regtype
"""
