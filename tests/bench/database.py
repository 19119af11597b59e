"""The bench's own database, made anew for each measurement."""

import os
import subprocess
import sys

import psycopg

from tests import servers
from tests.processes import TOP

NAME = "plumbline_bench"
CONFIGURATION = TOP / "scripts/images/postgres/postgresql.conf"
PLANNING = ("effective_cache_size", "jit", "maintenance_work_mem", "work_mem")
"""What the appliance's Postgres has, and a database can have by itself."""


def shipped() -> dict[str, str]:
    """Those settings, as they stand in the appliance's configuration."""
    lines = (
        line.partition("#")[0].partition("=") for line in CONFIGURATION.read_text().splitlines()
    )
    found = {name.strip(): value.strip() for name, _, value in lines}
    return {name: f"'{found[name]}'" for name in PLANNING}


def empty(found: servers.Servers) -> None:
    """Make it, with all tables and no row, and let this process and those it starts use it."""
    os.environ.update(found.environment(mode="demo") | {"PLUMBLINE_DATABASE_NAME": NAME})
    import django  # noqa: PLC0415 - the environment must be set first

    django.setup()
    from django.db import connections  # noqa: PLC0415 - as above

    from backend.tombstones import journal  # noqa: PLC0415

    connections.close_all()  # of the bench before this one
    journal.path().unlink(missing_ok=True)  # of what it erased: this database knows nothing of that
    with psycopg.connect(
        host=found.database_host, user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME}")
        for name, value in shipped().items():
            connection.execute(f"ALTER DATABASE {NAME} SET {name} = {value}")
    manage = [sys.executable, str(TOP / "manage.py"), "migrate", "--verbosity=0"]
    subprocess.run(manage, cwd=TOP, check=True)
