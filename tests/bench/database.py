"""The bench's own database, made anew for each measurement."""

import os
import subprocess
import sys

import psycopg

from tests import servers
from tests.processes import TOP

NAME = "plumbline_bench"


def empty(found: servers.Servers) -> None:
    """Make it, with all tables and no row, and let this process and those it starts use it."""
    os.environ.update(found.environment(mode="demo") | {"PLUMBLINE_DATABASE_NAME": NAME})
    import django  # noqa: PLC0415 - the environment must be set first

    django.setup()
    from django.db import connections  # noqa: PLC0415 - as above

    connections.close_all()  # of the bench before this one
    with psycopg.connect(
        host=found.database_host, user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME}")
    manage = [sys.executable, str(TOP / "manage.py"), "migrate", "--verbosity=0"]
    subprocess.run(manage, cwd=TOP, check=True)
