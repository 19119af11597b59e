"""The database's roles in a test's own transaction: what a process may do is tried as that process."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

from backend.inventory.roles import ROLES


def make_roles() -> None:
    """Those of the appliance, with what is granted to them."""
    with connection.cursor() as cursor:
        for role in ROLES:
            cursor.execute(f"CREATE ROLE {role}")
    call_command("grants", verbosity=0)


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        yield
        cursor.execute("RESET ROLE")
