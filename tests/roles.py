"""The database's roles in a test's own transaction: what a process may do is tried as that process."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

from backend.inventory.roles import ROLES


def create_roles() -> None:
    """Roles are the server's: another process's test may hold the same names until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
        for role in ROLES:
            cursor.execute(f"CREATE ROLE {role}")
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT; SET LOCAL statement_timeout TO DEFAULT")


def make_roles() -> None:
    """Those of the appliance, with what is granted to them."""
    create_roles()
    call_command("grants", verbosity=0)


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        yield
        cursor.execute("RESET ROLE")
